"""AES-256-GCM envelopes and keyed hashes for what leaves a table that row-level security protects.

The outbox, the parked events and the broker's files hold no personal text in clear: payloads are sealed under a key of the tenant's own,
derived (HKDF-SHA256, RFC 5869) from the sealing key that all services share. Certificates are not sealed with this key but with the
keyring's master key. A sealed text names its key, so that a new key can be put in front of the old ones in the file and old texts still
open.

File: one key a line, `<id> <base64 of 32 bytes>`, the first one seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.chassis.settings import SettingMissing

NONCE = 12


class CannotOpen(Exception):
    """The sealed text was changed, belongs to somebody else, or its key is not in the key file."""


def make_key_file(path: Path) -> None:
    """Write a new key for its owner's eyes only; an existing file is never touched."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = f"k{os.urandom(4).hex()} {base64.b64encode(os.urandom(32)).decode()}\n"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(line)


def read_key_file(path: Path, variable: str) -> dict[str, bytes]:
    """Key id → 32 bytes, the sealing one first."""
    try:
        lines = path.read_text().split("\n")
    except OSError as error:
        raise SettingMissing(f"{variable}: no se puede leer {path} ({error.strerror}). `casillero keys new` la crea.") from error
    words = [line.split() for line in lines if line.strip()]
    try:
        keys = {name: base64.b64decode(key, validate=True) for name, key in words}
    except ValueError:
        keys = {}
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise SettingMissing(
            f"{variable}: {path} no contiene claves de 32 bytes. Recupérela de su copia; `casillero keys new` crea una nueva."
        )
    return keys


class Seals:
    """Seals and opens texts of a tenant; `purpose` keeps one use's texts from opening in another."""

    def __init__(self, keys: dict[str, bytes]):
        self.keys = keys
        self.newest = next(iter(keys))
        self._cipher = lru_cache(maxsize=4096)(self._derive)

    @classmethod
    def from_file(cls, path: Path) -> Seals:
        return cls(read_key_file(path, "CASILLERO_SEALING_KEY_FILE"))

    def _derive(self, key_id: str, purpose: str, tenant_id: str) -> AESGCM:
        info = f"casillero/{purpose}/{tenant_id}".encode()
        return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=info).derive(self.keys[key_id]))

    def seal(self, tenant_id: str, purpose: str, plain: bytes) -> str:
        nonce = os.urandom(NONCE)
        sealed = self._cipher(self.newest, purpose, tenant_id).encrypt(nonce, plain, None)
        return f"{self.newest}.{base64.b64encode(nonce + sealed).decode()}"

    def open(self, tenant_id: str, purpose: str, text: str) -> bytes:
        key_id, _, body = text.partition(".")
        if key_id not in self.keys:
            raise CannotOpen(f"key {key_id} is not in the sealing key file")
        try:
            raw = base64.b64decode(body, validate=True)
            return self._cipher(key_id, purpose, tenant_id).decrypt(raw[:NONCE], raw[NONCE:], None)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the text was changed or belongs to another tenant or purpose") from error

    def keyed_hash(self, purpose: str, text: str) -> str:
        """A 32-hex-digit digest that nobody without the oldest key can compute: for directories and watch lists."""
        return hmac.new(self.hashing_key(purpose), text.encode(), hashlib.sha256).hexdigest()[:32]

    def hashing_key(self, purpose: str) -> bytes:
        """The oldest key makes it, so that adding a newer one does not change what is already stored."""
        oldest = list(self.keys.values())[-1]
        return HKDF(hashes.SHA256(), 32, salt=None, info=f"casillero/hash/{purpose}".encode()).derive(oldest)
