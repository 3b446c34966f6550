"""A soft authenticator and the browser around it, as W3C Web Authentication Level 2 describes them (sections 5.8.1, 6.1, 6.5 and 8.7).

One P-256 key a credential, attestation "none", discoverable. What a test wants wrong, it names: another origin, no verified user, an old
count, another challenge.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
ES256, EC2, P256 = -7, 2, 1


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Authenticator:
    """Holds one credential at a time; `count` is the number of signatures it claims to have made."""

    def __init__(self, origin: str, rp_id: str = "localhost"):
        self.origin, self.rp_id, self.count = origin, rp_id, 0
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.user_handle = b""

    def create(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """The `credential` of POST /api/me/passkeys for these options."""
        self.user_handle = from_base64url(options["user"]["id"])
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + self.cose_key()
        flags = PRESENT | ATTESTED | wrong.get("verified", VERIFIED)
        attestation = {"fmt": "none", "attStmt": {}, "authData": self.data(flags, wrong) + attested}
        client_data = self.client_data("webauthn.create", options, wrong)
        return self.wrapped({"clientDataJSON": base64url(client_data), "attestationObject": base64url(cbor2.dumps(attestation))})

    def get(self, options: dict[str, Any], **wrong: Any) -> dict[str, Any]:
        """The `credential` of POST /api/session/passkey for these options."""
        self.count += wrong.get("step", 1)
        data = self.data(PRESENT | wrong.get("verified", VERIFIED), wrong)
        client_data = self.client_data("webauthn.get", options, wrong)
        signature = wrong.get("key", self.key).sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(hashes.SHA256()))
        response = {"clientDataJSON": client_data, "authenticatorData": data, "signature": signature}
        response["userHandle"] = wrong.get("user_handle", self.user_handle)
        return self.wrapped({name: base64url(content) for name, content in response.items()})

    def client_data(self, kind: str, options: dict[str, Any], wrong: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said | {name: value for name, value in wrong.items() if name in said}).encode()

    def data(self, flags: int, wrong: dict[str, Any]) -> bytes:
        rp_id = wrong.get("rp_id", self.rp_id)
        return hashlib.sha256(rp_id.encode()).digest() + struct.pack(">BI", flags, self.count)

    def cose_key(self) -> bytes:
        """RFC 9053, section 7.1.1."""
        point = self.key.public_key().public_numbers()
        return cbor2.dumps({1: EC2, 3: ES256, -1: P256, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    def wrapped(self, response: dict[str, Any]) -> dict[str, Any]:
        name = base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}
