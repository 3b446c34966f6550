"""A box opens for one worker, in one context, and not after any change."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.boxes import WorkerKey, seal_to, wipe
from services.chassis.sealing import CannotOpen

WORKER = WorkerKey.new()
BOX = seal_to(WORKER.public, b"a private key", b"ticket 1")


@given(st.binary(max_size=5000), st.binary(max_size=200))
def test_the_worker_that_asked_opens_its_box(plain, context):
    assert WORKER.open(seal_to(WORKER.public, plain, context), context) == bytearray(plain)


@given(st.integers(0, len(base64.b64decode(BOX)) * 8 - 1))
def test_no_bit_of_a_box_can_be_flipped(bit):
    raw = bytearray(base64.b64decode(BOX))
    raw[bit // 8] ^= 1 << bit % 8
    # X25519 ignores the highest bit of a public key (RFC 7748, section 5), but the box is bound to the key as it was written.
    with pytest.raises(CannotOpen):
        WORKER.open(base64.b64encode(raw).decode(), b"ticket 1")


@given(st.binary(max_size=100))
def test_what_is_no_box_is_refused(raw):
    with pytest.raises(CannotOpen):
        WORKER.open(base64.b64encode(raw).decode(), b"ticket 1")


def test_another_worker_cannot_open_it():
    with pytest.raises(CannotOpen):
        WorkerKey.new().open(BOX, b"ticket 1")


def test_a_box_made_for_another_ticket_does_not_open():
    with pytest.raises(CannotOpen):
        WORKER.open(BOX, b"ticket 2")


def test_the_same_secret_is_never_sealed_to_the_same_box_twice():
    assert seal_to(WORKER.public, b"a private key", b"ticket 1") != BOX


@pytest.mark.parametrize("public", ["", "nonsense", base64.b64encode(bytes(32)).decode(), base64.b64encode(b"short").decode()])
def test_nothing_is_sealed_to_what_is_no_key(public):
    with pytest.raises(CannotOpen):
        seal_to(public, b"a private key", b"ticket 1")


def test_a_wiped_secret_is_zeros():
    secret = WORKER.open(BOX, b"ticket 1")
    wipe(secret)
    assert secret == bytes(len(b"a private key"))
