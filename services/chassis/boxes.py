"""Boxes that one worker alone can open: how a private key crosses the broker.

A worker makes a key pair for itself at its start and shows the public half when it asks. The answer is sealed to it with a key of that box
alone: an ephemeral X25519 pair (RFC 7748), HKDF-SHA256 over the shared secret and both public keys (RFC 5869), AES-256-GCM. `context` is
authenticated with the box: one that was made for something else does not open. Since a key seals one box only, its nonce is zero.

    box = base64( ephemeral public key (32) | ciphertext | tag (16) )

Trap: what is opened is a secret in a bytearray, so that who uses it can overwrite it (`wipe`); nothing of the way there stays in memory.
"""

from __future__ import annotations

import base64
import binascii
import ctypes
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis.sealing import CannotOpen
from services.chassis.traceless import overwrite

PUBLIC, TAG = 32, 16
ONLY_NONCE = bytes(12)


class WorkerKey:
    """The key pair of one worker, in memory only."""

    def __init__(self, private: X25519PrivateKey):
        self._private = private
        self._public = private.public_key().public_bytes_raw()

    @classmethod
    def new(cls) -> Self:
        return cls(X25519PrivateKey.generate())

    @property
    def public(self) -> str:
        """What the worker shows: base64 of 32 bytes."""
        return base64.b64encode(self._public).decode()

    def open(self, box: str, context: bytes) -> bytearray:
        """What is in the box; overwrite it after use. Raises CannotOpen for a box of another worker, another context, or a changed one."""
        try:
            raw = base64.b64decode(box, validate=True)
            key = box_key(self._private, raw[:PUBLIC], raw[:PUBLIC] + self._public)
            opened = bytearray(max(len(raw) - PUBLIC - TAG, 0))
            try:
                AESGCM(key).decrypt_into(ONLY_NONCE, raw[PUBLIC:], context, opened)
            finally:
                wipe(key)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the box was changed, or is meant for another worker or purpose") from error
        return opened


def seal_to(public: str, plain: bytes | bytearray, context: bytes) -> str:
    """A box for the worker that showed `public`. Raises CannotOpen when that is no such key."""
    try:
        recipient = base64.b64decode(public, validate=True)
        ephemeral = X25519PrivateKey.generate()
        shown = ephemeral.public_key().public_bytes_raw()
        key = box_key(ephemeral, recipient, shown + recipient)
    except (ValueError, binascii.Error) as error:
        raise CannotOpen("this is not the public key of a worker") from error
    try:
        return base64.b64encode(shown + AESGCM(key).encrypt(ONLY_NONCE, plain, context)).decode()
    finally:
        wipe(key)


def box_key(private: X25519PrivateKey, other: bytes, both: bytes) -> bytearray:
    """The key of one box; X25519 itself refuses points that would make a known secret (ValueError)."""
    shared = private.exchange(X25519PublicKey.from_public_bytes(other))
    key = bytearray(32)
    HKDF(hashes.SHA256(), 32, salt=None, info=b"casillero/box/1" + both).derive_into(shared, key)
    overwrite(shared)
    return key


def wipe(secret: bytearray) -> None:
    """Zeroes a buffer in place, keeping its length."""
    if secret:
        ctypes.memset((ctypes.c_char * len(secret)).from_buffer(secret), 0, len(secret))
