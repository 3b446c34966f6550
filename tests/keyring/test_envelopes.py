"""A sealed key opens in its own row and nowhere else, and not after any change."""

from __future__ import annotations

import os
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.sealing import CannotOpen, make_key_file
from services.chassis.settings import SettingMissing, Settings
from services.keyring.envelopes import Binding, OpenKeys, SealedKey
from services.keyring.master import FileMasterKeys
from services.keyring.opening import opened

MASTER = FileMasterKeys({"k1": os.urandom(32)})
PRIVATE, CHAIN = b"private " * 100, b"chain " * 50
BINDING = Binding(tenant_id="t", client_id="c", certificate_id="x", tenant_key_id="k")
with OpenKeys(MASTER) as keys:
    TENANT_KEY = keys.new_tenant_key("t", "k")
    OTHER_TENANT_KEY = keys.new_tenant_key("u", "l")
    SEALED = keys.seal(TENANT_KEY, BINDING, bytearray(PRIVATE), CHAIN)


def test_what_was_sealed_opens_again():
    with OpenKeys(MASTER) as keys:
        assert keys.open(TENANT_KEY, BINDING, SEALED) == (PRIVATE, CHAIN)


@given(st.sampled_from(["data_key", "private_key", "chain"]), st.integers(0, 10**6))
def test_no_bit_can_be_flipped(column, bit):
    changed = bytearray(getattr(SEALED, column))
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    with pytest.raises(CannotOpen), OpenKeys(MASTER) as keys:
        keys.open(TENANT_KEY, BINDING, replace(SEALED, **{column: bytes(changed)}))


@given(st.integers(0, 8 * len(TENANT_KEY.wrapped) - 1))
def test_no_bit_of_a_tenant_key_can_be_flipped(bit):
    changed = bytearray(TENANT_KEY.wrapped)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotOpen), OpenKeys(MASTER) as keys:
        keys.open(replace(TENANT_KEY, wrapped=bytes(changed)), BINDING, SEALED)


@given(st.sampled_from(sorted(asdict(BINDING))), st.text(min_size=1))
def test_it_opens_for_no_other_tenant_client_certificate_or_version(part, other):
    with pytest.raises(CannotOpen), OpenKeys(MASTER) as keys:
        keys.open(TENANT_KEY, replace(BINDING, **{part: f"not {other}"}), SEALED)


@pytest.mark.parametrize("one, two", [("data_key", "private_key"), ("private_key", "chain"), ("data_key", "chain")])
def test_columns_cannot_be_swapped(one, two):
    swapped = asdict(SEALED) | {one: getattr(SEALED, two), two: getattr(SEALED, one)}
    with pytest.raises(CannotOpen), OpenKeys(MASTER) as keys:
        keys.open(TENANT_KEY, BINDING, SealedKey(**swapped))


def test_a_tenant_key_does_not_open_as_another_tenants():
    with pytest.raises(CannotOpen), OpenKeys(MASTER) as keys:
        keys.open(replace(OTHER_TENANT_KEY, tenant_id="t", id="k"), BINDING, SEALED)


@given(st.binary(max_size=40))
def test_what_is_cut_short_is_refused(cut):
    with pytest.raises(CannotOpen), OpenKeys(MASTER) as keys:
        keys.open(TENANT_KEY, BINDING, replace(SEALED, private_key=cut))


def test_leaving_overwrites_what_was_opened():
    with OpenKeys(MASTER) as keys:
        private, _ = keys.open(TENANT_KEY, BINDING, SEALED)
    assert private == bytes(len(PRIVATE))


def test_an_older_master_key_still_opens():
    both = FileMasterKeys({"k2": os.urandom(32)})
    both._ciphers |= MASTER._ciphers
    with OpenKeys(both) as keys:
        assert keys.open(TENANT_KEY, BINDING, SEALED)[0] == PRIVATE


def test_a_master_key_that_others_can_read_is_refused(tmp_path):
    make_key_file(tmp_path / "master.key")
    (tmp_path / "master.key").chmod(0o640)
    with pytest.raises(SettingMissing, match="chmod 600"):
        FileMasterKeys.read(tmp_path / "master.key")


def test_a_first_embedded_start_makes_the_master_key(tmp_path):
    made = opened(Settings(data_dir=tmp_path), used=set())
    assert opened(Settings(data_dir=tmp_path), used=set(made.ids)).ids == made.ids


def test_a_lost_master_key_is_not_made_again(tmp_path):
    with pytest.raises(SettingMissing, match="CASILLERO_MASTER_KEY_FILE"):
        opened(Settings(data_dir=tmp_path), used={"k1"})
    assert not (tmp_path / "master.key").exists()


def test_another_master_key_than_the_one_used_is_refused_by_name(tmp_path):
    make_key_file(tmp_path / "master.key")
    with pytest.raises(SettingMissing, match="falta la clave k1"):
        opened(Settings(data_dir=tmp_path), used={"k1"})
