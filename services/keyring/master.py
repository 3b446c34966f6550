"""Where the master key lives. Today a file; another provider keeps the same protocol and never shows the key.

The master key seals tenant keys, and the pair of the keyring's door is derived from it. Trap: whoever reads the file can open every
certificate of every firm, so a file that others on the machine may read is refused.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis.boxes import WorkerKey
from services.chassis.sealing import CannotOpen, read_key_file
from services.chassis.settings import SettingMissing, Settings

NONCE, TAG = 12, 16
VARIABLE = "CASILLERO_MASTER_KEY_FILE"


class MasterKeys(Protocol):
    """Seals with the newest key, opens with any; `ids` names them all, the newest first."""

    ids: tuple[str, ...]

    def wrap(self, plain: bytearray, bound_to: bytes) -> tuple[str, bytes]: ...  # (key id, sealed)

    def unwrap(self, key_id: str, sealed: bytes, bound_to: bytes) -> bytearray: ...  # CannotOpen

    def door(self) -> WorkerKey: ...  # the pair to which certificates that come in are sealed, the same for every keyring process


class FileMasterKeys:
    """The keys of a file in the format of `chassis.sealing`."""

    def __init__(self, keys: dict[str, bytes]):
        self.ids = tuple(keys)
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        secret = HKDF(hashes.SHA256(), 32, salt=None, info=b"casillero/keyring/door/1").derive(keys[self.ids[0]])
        self._door = WorkerKey(X25519PrivateKey.from_private_bytes(secret))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises SettingMissing when the file is not there, is no key file, or may be read by others."""
        keys = read_key_file(path, VARIABLE)
        if path.stat().st_mode & 0o077:
            raise SettingMissing(f"{VARIABLE}: otros usuarios de esta máquina pueden leer {path}. Ciérrelo con: chmod 600 {path}")
        return cls(keys)

    def wrap(self, plain: bytearray, bound_to: bytes) -> tuple[str, bytes]:
        nonce = os.urandom(NONCE)
        return self.ids[0], nonce + self._ciphers[self.ids[0]].encrypt(nonce, plain, bound_to)

    def unwrap(self, key_id: str, sealed: bytes, bound_to: bytes) -> bytearray:
        if key_id not in self._ciphers:
            raise CannotOpen(f"master key {key_id} is not in {VARIABLE}")
        opened = bytearray(max(len(sealed) - NONCE - TAG, 0))
        try:
            self._ciphers[key_id].decrypt_into(sealed[:NONCE], sealed[NONCE:], bound_to, opened)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("a tenant key was changed or belongs to another tenant") from error
        return opened

    def door(self) -> WorkerKey:
        return self._door


def master_keys(settings: Settings) -> MasterKeys:
    """The provider that the settings name."""
    return FileMasterKeys.read(settings.master_key_path)
