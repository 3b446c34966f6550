"""What a checkpoint says and how it is signed: pure.

A checkpoint says that at an instant the tree of a tenant's trail had so many leaves and this root. Signed (Ed25519, RFC 8032) is the line
`casillero/checkpoint/1`, a line feed, and the JSON object {at, root, size, tenant_id} in the form of an entry (see `entry`). On the wire
and in files it is {at, key_id, root, signature, size, tenant_id}, with the signature in base64.

Trap: whoever has the key can sign another history. So checkpoints leave the host as they are made (see `leaving`), and what was signed
once, anywhere, must fit all that is signed later.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.audit.entry import as_json, instant
from services.chassis.sealing import read_key_file
from services.chassis.settings import SettingMissing

PURPOSE = b"casillero/checkpoint/1\n"
VARIABLE = "CASILLERO_TRAIL_KEY_FILE"
Json = dict[str, Any]


@dataclass(frozen=True)
class Signed:
    """`root` in hex, `at` aware."""

    tenant_id: str
    size: int
    root: str
    at: datetime
    key_id: str = ""
    signature: str = ""

    @property
    def form(self) -> bytes:
        return PURPOSE + as_json({"at": instant(self.at), "root": self.root, "size": self.size, "tenant_id": self.tenant_id})

    def to_wire(self) -> Json:
        return {**vars(self), "at": instant(self.at)}


class TrailKeys:
    """The keys of a file in the format of `chassis.sealing`: the newest signs, all of them verify."""

    def __init__(self, keys: dict[str, bytes]):
        self._keys = {name: Ed25519PrivateKey.from_private_bytes(key) for name, key in keys.items()}
        self.newest = next(iter(keys))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises SettingMissing when the file is not there, is no key file, or may be read by others."""
        keys = read_key_file(path, VARIABLE)
        if path.stat().st_mode & 0o077:
            raise SettingMissing(f"{VARIABLE}: otros usuarios de esta máquina pueden leer {path}. Ciérrelo con: chmod 600 {path}")
        return cls(keys)

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._keys)

    def public(self, key_id: str) -> str:
        """In base64; this is what verifiers are given."""
        return base64.b64encode(self._keys[key_id].public_key().public_bytes_raw()).decode()

    def published(self) -> list[Json]:
        return [{"key_id": key_id, "public_key": self.public(key_id)} for key_id in self._keys]

    def sign(self, tenant_id: str, size: int, root: str, at: datetime) -> Signed:
        plain = Signed(tenant_id, size, root, at, self.newest)
        signature = self._keys[self.newest].sign(plain.form)
        return Signed(tenant_id, size, root, at, self.newest, base64.b64encode(signature).decode())

    def signed(self, checkpoint: Signed) -> bool:
        """Whether one of these keys signed it."""
        key = self._keys.get(checkpoint.key_id)
        try:
            if key is None:
                return False
            key.public_key().verify(base64.b64decode(checkpoint.signature, validate=True), checkpoint.form)
        except (InvalidSignature, ValueError):
            return False
        return True
