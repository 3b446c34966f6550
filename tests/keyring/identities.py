"""Certificates and PKCS#12 files for the tests of the keyring, made by Debian's openssl as the authorities make them."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

PASSWORD = "Contraseña-7f3a"
ENCRYPTIONS = {
    "modern": [],
    "rc2-40": ["-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
    "rc2-40 for the key too": ["-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-RC2-40", "-macalg", "sha1"],
    "3des": ["-legacy", "-certpbe", "PBE-SHA1-3DES", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha1"],
}
OIDS = {
    "CN": NameOID.COMMON_NAME,
    "serialNumber": NameOID.SERIAL_NUMBER,
    "organizationIdentifier": NameOID.ORGANIZATION_IDENTIFIER,
}


@cache
def key_of(kind: str):
    """One key of each kind for the whole run: rsa, ec, ed25519."""
    makers = {"ec": lambda: ec.generate_private_key(ec.SECP256R1()), "ed25519": ed25519.Ed25519PrivateKey.generate}
    return makers.get(kind, lambda: rsa.generate_private_key(65537, 2048))()


def name(**parts: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(OIDS[word], text) for word, text in parts.items()])


def certificate(key, subject: x509.Name, days: float = 365, starts_in: float = -1) -> x509.Certificate:
    """Self-signed; `days` below zero gives one that expired."""
    now = datetime.now(UTC)
    since = min(now + timedelta(days=starts_in), now + timedelta(days=days - 1))
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(now + timedelta(days=days))
    return builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())


def pem(key, *certificates: x509.Certificate) -> bytes:
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private + b"".join(one.public_bytes(serialization.Encoding.PEM) for one in certificates)


def pkcs12(folder: Path, source: bytes, encryption: str = "modern", password: str = PASSWORD, options: tuple[str, ...] = ()) -> bytes:
    (folder / "in.pem").write_bytes(source)
    (folder / "password").write_text(password)
    command = ["openssl", "pkcs12", "-export", "-in", folder / "in.pem", "-out", folder / "out.p12", "-passout", f"file:{folder}/password"]
    subprocess.run([*command, *ENCRYPTIONS[encryption], *options], check=True, capture_output=True)
    return (folder / "out.p12").read_bytes()


def person(folder: Path, tax_id: str, encryption: str = "modern", **dates: float) -> str:
    """The base64 of a person's certificate with an RSA key."""
    made = certificate(key_of("rsa"), name(CN=f"PERSONA DE PRUEBA - {tax_id}", serialNumber=f"IDCES-{tax_id}"), **dates)
    return base64.b64encode(pkcs12(folder, pem(key_of("rsa"), made), encryption)).decode()


def pkcs8(kind: str = "rsa") -> bytes:
    return key_of(kind).private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
