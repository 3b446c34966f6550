"""A certificate with its private key, in memory while mailboxes are read with it.

The key signs the messages and identifies us in TLS. Python's TLS takes a key only from a file: it goes through an anonymous
file in memory (memfd), which is overwritten and closed before `tls` returns, as is every copy made on the way. Traps: `requests`
adds its own bundle of 145 authorities to any context (17 ms a connection), so the adapter here keeps it out; the environment
must not choose proxies or authorities (`trust_env` off). Invariant: after `wipe` nothing here can sign or connect.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from requests.adapters import HTTPAdapter

from services.chassis.traceless import freed_memory_is_overwritten, overwrite

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
ORGANISATION_ID = x509.ObjectIdentifier("2.5.4.97")
TAX_ID = re.compile(r"(?:[A-Z]{5}-)?([A-Z0-9]\d{7}[A-Z0-9])")
REPRESENTED = re.compile(r"\(R:\s*([A-Z0-9]{9})\)")
CONNECTIONS = 16


class IdentityWiped(RuntimeError):
    """The key is gone: this identity was wiped. Ask the keyring for it again."""


def directly(function: Callable[..., Any], *arguments: Any) -> Any:
    """Runs a computation where it stands; a worker on an event loop gives `eventlet.tpool.execute` in its place."""
    return function(*arguments)


class Identity:
    """A key with its chain, leaf first. `ca_file` is a small PEM with the authorities of the bodies' servers."""

    def __init__(
        self, key: PrivateKey, chain: list[x509.Certificate], ca_file: str | None = None, offload: Callable[..., Any] = directly
    ) -> None:
        self._key: PrivateKey | None = key
        self._chain = chain
        self._ca_file = ca_file
        self._sessions: dict[tuple[str | None, bool], requests.Session] = {}
        self.offload = offload
        self.leaf_der = chain[0].public_bytes(serialization.Encoding.DER)

    @property
    def tax_id(self) -> str:
        """The NIF that the certificate identifies, the organisation's before its representative's; "" when it has none."""
        return tax_id_of(self._chain[0])

    @property
    def algorithm(self) -> str:
        """`rsa` or `ecdsa`, as XML signatures call them."""
        return "rsa" if isinstance(self._held(), rsa.RSAPrivateKey) else "ecdsa"

    def sign(self, data: bytes, algorithm: str) -> bytes:
        """The signature of `data` with `algorithm` (the hash: sha256, sha512, sha1) as XML-DSig wants it.

        RSA is PKCS#1 v1.5; ECDSA is r and s side by side (RFC 4050 form), not DER.
        """
        key = self._held()
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(data, padding.PKCS1v15(), HASHES[algorithm]())
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(HASHES[algorithm]())))
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def tls(self, ca_file: str | None = None, present: bool = True) -> ssl.SSLContext:
        """A client context that trusts `ca_file` (None: the identity's, else the system's) and, if `present`, shows us."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        authorities = ca_file or self._ca_file
        context.load_verify_locations(authorities) if authorities else context.load_default_certs()
        if present:
            self._load_into(context)
        return context

    def session(self, ca_file: str | None = None, present: bool = True) -> requests.Session:
        """The one session, with one context and kept connections, for these authorities."""
        kept = (ca_file, present)
        if kept not in self._sessions:
            self._sessions[kept] = _session(self.tls(ca_file, present))
        return self._sessions[kept]

    def wipe(self) -> None:
        """Closes every connection and lets go of the key, whose memory OpenSSL overwrites. May be called again."""
        for session in self._sessions.values():
            session.close()
        self._sessions.clear()
        self._key = None

    def _held(self) -> PrivateKey:
        if self._key is None:
            raise IdentityWiped("This identity was wiped after use. Ask the keyring for a new ticket.")
        return self._key

    def _load_into(self, context: ssl.SSLContext) -> None:
        certificates = b"".join(one.public_bytes(serialization.Encoding.PEM) for one in self._chain)
        with freed_memory_is_overwritten(small_too=self.algorithm == "ecdsa"):
            pem = self._held().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
            file = os.memfd_create("identity", os.MFD_CLOEXEC)
            try:
                os.write(file, pem)
                os.write(file, certificates)
                context.load_cert_chain(f"/proc/self/fd/{file}")
            finally:
                os.pwrite(file, bytes(len(pem)), 0)
                os.close(file)
                overwrite(pem)


class _OneContext(HTTPAdapter):
    """Uses the given context as it is, for every host."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=4, pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, ssl_context=self._context, **options)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context already verifies; loading the default bundle on top would cost 17 ms and trust more."""


def tax_id_of(certificate: x509.Certificate) -> str:
    """The NIF in a Spanish certificate: organizationIdentifier `VATES-…`, `(R: …)` in the name, serialNumber `IDCES-…`."""
    subject = certificate.subject
    for kind in (ORGANISATION_ID, x509.NameOID.COMMON_NAME, x509.NameOID.SERIAL_NUMBER):
        for attribute in subject.get_attributes_for_oid(kind):
            pattern = REPRESENTED.search if kind == x509.NameOID.COMMON_NAME else TAX_ID.fullmatch
            if found := pattern(str(attribute.value)):
                return found.group(1)
    return ""


def _session(context: ssl.SSLContext) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    session.mount("https://", _OneContext(context))
    return session
