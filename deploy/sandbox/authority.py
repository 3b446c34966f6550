"""The sandbox's certificate authority: its own root, the server's certificate, and clients' certificates in the forms of the FNMT.

Situation: the root and the key that signs answers are made at the first start and kept in the data folder, so that certificates
issued in one run are good in the next. Trap: PKCS#12 files of the FNMT often use RC2-40 and 3DES, which need OpenSSL's legacy provider.
Invariant: every certificate issued here is verified by `ca.pem`, and nothing else is.
"""

from __future__ import annotations

import ipaddress
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12 as p12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import sede
from .subjects import Company, name_of, subject_of

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_YEAR = timedelta(days=365)
_DIGITAL_SIGNATURE = {
    "digital_signature": True,
    "content_commitment": True,
    "key_encipherment": True,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


class Authority:
    """Issues certificates under the root kept in `folder`; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._shared: PrivateKey | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.ca_file, self.server_file = folder / "ca.pem", folder / "server.key.pem"
        self._key, self.certificate = self._kept("ca", _root)
        _write(self.ca_file, _pem(self.certificate))
        self.signer = self._kept("signer", lambda key: self._signed(key, name_of(("CN", "SELLO SANDBOX DEHU")), _YEAR * 5, []))
        self._kept("server", self._server_certificate)

    def issue(
        self, tax_id: str, name: str, *, company: Company | None = None, days: float = 730, key: str = "rsa2048"
    ) -> tuple[PrivateKey, x509.Certificate]:
        """A client's key and certificate: of a person, of a company's representative, or (a company's own NIF alone) a seal.

        `days` below zero gives one that expired so many days ago. `key`: rsa2048, rsa4096, ec (P-256), or shared: one
        RSA-2048 key for all that ask so, for loads of thousands. Raises ValueError on another word.
        """
        private = self._client_key(key)
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.EMAIL_PROTECTION])
        return private, self._signed(private, subject_of(tax_id, name, company), timedelta(days=days), [usage])

    def issued(self, certificate: x509.Certificate) -> bool:
        """Whether this authority signed `certificate`, whatever its dates."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except (ValueError, TypeError, InvalidSignature):
            return False
        return True

    def pkcs12(self, key: PrivateKey, certificate: x509.Certificate, password: str, encryption: str = "modern") -> bytes:
        """A PKCS#12 file with the chain. `encryption`: modern (AES-256), 3des, or rc2 (RC2-40 for the certificates, 3DES for the key)."""
        name = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        if encryption == "rc2":
            return self._rc2_file(key, certificate, password, str(name))
        return p12.serialize_key_and_certificates(
            str(name).encode(), key, certificate, [self.certificate], _protection(encryption, password)
        )

    def _client_key(self, kind: str) -> PrivateKey:
        if kind != "shared":
            return _new_key(kind)
        with self._lock:
            self._shared = self._shared or _new_key("rsa2048")
            return self._shared

    def _kept(self, name: str, make: Callable[[rsa.RSAPrivateKey], x509.Certificate]) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
        """The key and certificate called `name` of the data folder, made by `make(key)` when they are not there yet."""
        file = self._folder / f"{name}.key.pem"
        if not file.exists():
            made = rsa.generate_private_key(65537, 2048)
            _write(file, _private_pem(made) + _pem(make(made)))
        content = file.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{file} does not hold an RSA key; delete it and a new one is made")
        return key, x509.load_pem_x509_certificate(content)

    def _server_certificate(self, key: PrivateKey) -> x509.Certificate:
        known_as = [x509.DNSName("localhost"), x509.DNSName(sede.HOST), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        names = x509.SubjectAlternativeName(known_as)
        return self._signed(key, name_of(("CN", "localhost")), _YEAR * 5, [names, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])])

    def _signed(self, key: PrivateKey, subject: x509.Name, lasts: timedelta, extensions: list[x509.ExtensionType]) -> x509.Certificate:
        until = datetime.now(UTC) + lasts
        since = min(datetime.now(UTC), until) - timedelta(days=1)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(since)
            .not_valid_after(until)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**_DIGITAL_SIGNATURE), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(self._key, hashes.SHA256())

    def _rc2_file(self, key: PrivateKey, certificate: x509.Certificate, password: str, name: str) -> bytes:
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            source = Path(folder) / "in.pem"
            _write(source, _private_pem(key) + _pem(certificate))
            command = [
                "openssl",
                "pkcs12",
                "-export",
                "-legacy",
                "-in",
                str(source),
                "-certfile",
                str(self.ca_file),
                "-name",
                name,
                "-certpbe",
                "PBE-SHA1-RC2-40",
                "-keypbe",
                "PBE-SHA1-3DES",
                "-macalg",
                "sha1",
                "-passout",
                "env:P12_PASSWORD",
            ]
            made = subprocess.run(command, env={**os.environ, "P12_PASSWORD": password}, capture_output=True, check=False)
        if made.returncode:
            raise RuntimeError(f"openssl could not make an RC2-40 PKCS#12: {made.stderr.decode(errors='replace').strip()}")
        return made.stdout


def _root(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name, now = name_of(("C", "ES"), ("O", "CASILLERO SANDBOX"), ("CN", "AC SANDBOX DE PRUEBAS")), datetime.now(UTC)
    usage = {**_DIGITAL_SIGNATURE, "key_cert_sign": True, "crl_sign": True, "key_encipherment": False, "content_commitment": False}
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _YEAR * 10)
        .not_valid_after(now + _YEAR * 10)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _new_key(kind: str) -> PrivateKey:
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    sizes = {"rsa2048": 2048, "rsa4096": 4096}
    if kind not in sizes:
        raise ValueError(f"key is {kind!r}; one of rsa2048, rsa4096, ec, shared is meant")
    return rsa.generate_private_key(65537, sizes[kind])


def _protection(encryption: str, password: str) -> serialization.KeySerializationEncryption:
    if encryption == "modern":
        return serialization.BestAvailableEncryption(password.encode())
    if encryption == "3des":
        return (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(2048)
            .key_cert_algorithm(p12.PBES.PBESv1SHA1And3KeyTripleDESCBC)
            # The old files that clients bring use it.
            .hmac_hash(hashes.SHA1())  # nosec B303
            .build(password.encode())
        )
    raise ValueError(f"encryption is {encryption!r}; one of modern, 3des, rc2 is meant")


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all, and readable by its owner only: most of these files hold a private key."""
    scratch = path.with_suffix(path.suffix + f".{os.getpid()}")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    scratch.replace(path)
