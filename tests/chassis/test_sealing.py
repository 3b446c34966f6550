"""Events lie sealed wherever row-level security does not reach: outbox, parked events, broker."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services.chassis.sealing import CannotOpen, Seals, make_key_file, read_key_file
from services.chassis.settings import SettingMissing
from tests.chassis.ledger import POISON
from tests.worlds import until

SEALS = Seals({"k1": bytes(32)})
TEXT = SEALS.seal("t1", "events", b"a name")
RAW = base64.b64decode(TEXT.partition(".")[2])


@given(st.binary(max_size=2000), st.text(max_size=40), st.text(max_size=40))
def test_what_was_sealed_opens_for_its_tenant_and_purpose(plain, tenant_id, purpose):
    assert SEALS.open(tenant_id, purpose, SEALS.seal(tenant_id, purpose, plain)) == plain


@pytest.mark.parametrize("tenant_id, purpose", [("t2", "events"), ("t1", "documents")])
def test_it_opens_for_no_other_tenant_or_purpose(tenant_id, purpose):
    with pytest.raises(CannotOpen):
        SEALS.open(tenant_id, purpose, TEXT)


@given(st.integers(0, len(RAW) * 8 - 1))
def test_no_bit_of_it_can_be_flipped(bit):
    changed = bytearray(RAW)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CannotOpen):
        SEALS.open("t1", "events", f"k1.{base64.b64encode(changed).decode()}")


@given(st.text(max_size=60))
def test_what_was_never_sealed_does_not_open(text):
    with pytest.raises(CannotOpen):
        SEALS.open("t1", "events", f"k1.{text}")


def test_after_a_new_key_was_put_in_front_old_texts_open_and_new_ones_use_it():
    rotated = Seals({"k2": bytes([1]) * 32, **SEALS.keys})
    assert rotated.open("t1", "events", TEXT) == b"a name"
    assert rotated.seal("t1", "events", b"x").startswith("k2.")
    assert rotated.keyed_hash("watched", "00000000T") == SEALS.keyed_hash("watched", "00000000T")


def test_a_text_whose_key_is_gone_does_not_open():
    with pytest.raises(CannotOpen, match="key k1"):
        Seals({"k2": bytes([1]) * 32}).open("t1", "events", TEXT)


def test_a_key_file_is_for_its_owner_only_and_never_made_twice(tmp_path):
    path = tmp_path / "sealing.key"
    make_key_file(path)
    first = path.read_text()
    make_key_file(path)
    assert (path.read_text(), path.stat().st_mode & 0o777) == (first, 0o600)


@pytest.mark.parametrize("content", ["", "k1 c2hvcnQ=", "no key at all", "k1 ???"])
def test_a_broken_key_file_is_named_with_its_cure(tmp_path, content):
    path = tmp_path / "sealing.key"
    path.write_text(content)
    with pytest.raises(SettingMissing, match="CASILLERO_SEALING_KEY_FILE"):
        read_key_file(path, "CASILLERO_SEALING_KEY_FILE")


def test_no_clear_text_lies_in_the_outbox_or_among_the_parked(ledger, tenant, giver):
    secret = f"{POISON} Perico de los Palotes {tenant}"
    giver.give([secret])
    taker, outbox = ledger.store("taker"), ledger.store("giver").model.Outgoing
    parked = until(lambda: [row for row in rows(taker, taker.model.Parked) if row.envelope["tenant_id"] == tenant])
    sent = [row for row in rows(ledger.store("giver"), outbox) if row.envelope["tenant_id"] == tenant]
    assert len(sent) == 1
    assert "Perico" not in str([vars(row) for row in parked + sent])


@pytest.mark.parametrize("ledger", ["deployed"], indirect=True)
def test_no_clear_text_lies_in_the_brokers_files(ledger, tenant, giver, servers):
    giver.give([f"Perico de los Palotes {tenant}"] * 20)
    until(lambda: len(ledger.taken(tenant)) == 20)
    until(lambda: holds(rabbitmq_data(servers), tenant.encode()), "the envelopes lie in the broker's files")
    assert not holds(rabbitmq_data(servers), b"Perico")


def holds(folder, text):
    return any(text in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def rabbitmq_data(servers) -> Path:
    environment = Path(f"/proc/{servers.pids['rabbitmq']}/environ").read_bytes().split(b"\0")
    return next(Path(entry.decode().partition("=")[2]) for entry in environment if entry.startswith(b"RABBITMQ_MNESIA_BASE="))


def rows(store, table):
    with store.begin() as db:
        return db.scalars(select(table)).all()
