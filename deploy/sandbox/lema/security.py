"""WS-Security of requests: verifies what clients signed.

Written on its own (lxml for canonical XML, cryptography for the keys) and sharing no line with the connectors, so that the two check
each other. The verified parts are found by their place in the message (the Body of this Envelope, the Timestamp of this Security
header) and only then compared with the signature's references: moving a signed part elsewhere gains nothing.
Source: OASIS SOAP Message Security 1.0 and X.509 Token Profile 1.0; LEMA specification v3.0, section 2.2.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree

from ..authority import Authority
from ..subjects import tax_id_of
from ..world import Settings
from .codes import Refused
from .xml import DIGESTS, DS, EXC_C14N, MORE, SOAP, WSSE, WSU, X509V3

_SIGNATURES: dict[str, hashes.HashAlgorithm] = {
    MORE + "rsa-sha256": hashes.SHA256(),
    MORE + "rsa-sha512": hashes.SHA512(),
    MORE + "ecdsa-sha256": hashes.SHA256(),
    MORE + "ecdsa-sha512": hashes.SHA512(),
    # Refused unless a setting asks for what the manual of 2024 says.
    DS + "rsa-sha1": hashes.SHA1(),  # nosec B303
}
_ID = f"{{{WSU}}}Id"
_CLOCK_SKEW = timedelta(seconds=60)


@dataclass(frozen=True)
class Signer:
    """Who signed a request, as its certificate says."""

    tax_id: str | None
    certificate: bytes
    public_key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey
    since: datetime
    until: datetime


class Verifier:
    """Verifies requests; keeps the certificates it has read (at most `keep`), since a client shows the same one again and again."""

    def __init__(self, authority: Authority, settings: Callable[[], Settings], keep: int = 20_000) -> None:
        self._authority, self._settings, self._keep = authority, settings, keep
        self._signers: dict[bytes, Signer] = {}
        self._lock = threading.Lock()

    def verify(self, envelope: etree._Element, now: datetime) -> Signer:
        """The signer of Body and Timestamp. Raises Refused 1005, 1006, 1101, 1102, 1105 or 1106."""
        body = _only(envelope, f"{{{SOAP}}}Body")
        security = _only(_only(envelope, f"{{{SOAP}}}Header"), f"{{{WSSE}}}Security")
        timestamp, token = _only(security, f"{{{WSU}}}Timestamp"), _only(security, f"{{{WSSE}}}BinarySecurityToken")
        signature = _only(security, f"{{{DS}}}Signature")
        if _token_named(signature) != "#" + _identity(token) or _identity(body) == _identity(timestamp):
            raise Refused("1005")
        signer = self._signer(token)
        self._check_signature(signature, signer, {"#" + _identity(body): body, "#" + _identity(timestamp): timestamp})
        self._check_dates(timestamp, signer, now)
        if not signer.tax_id:
            raise Refused("1106")
        return signer

    def _signer(self, token: etree._Element) -> Signer:
        if token.get("ValueType") != X509V3:
            raise Refused("1005")
        try:
            der = base64.b64decode("".join((token.text or "").split()), validate=True)
            return self._signers.get(der) or self._new_signer(der, x509.load_der_x509_certificate(der))
        except ValueError:
            raise Refused("1005") from None

    def _new_signer(self, der: bytes, certificate: x509.Certificate) -> Signer:
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or not self._authority.issued(certificate):
            raise Refused("1102")
        signer = Signer(tax_id_of(certificate), der, key, certificate.not_valid_before_utc, certificate.not_valid_after_utc)
        with self._lock:
            if len(self._signers) >= self._keep:
                self._signers.clear()
            self._signers[der] = signer
        return signer

    def _check_signature(self, signature: etree._Element, signer: Signer, parts: dict[str, etree._Element]) -> None:
        info = _only(signature, f"{{{DS}}}SignedInfo")
        method = _only(info, f"{{{DS}}}SignatureMethod").get("Algorithm", "")
        c14n = _only(info, f"{{{DS}}}CanonicalizationMethod")
        if method not in _SIGNATURES or c14n.get("Algorithm") != EXC_C14N or self._is_refused_sha1(method):
            raise Refused("1101")
        references = info.findall(f"{{{DS}}}Reference")
        if {reference.get("URI") for reference in references} != set(parts):
            raise Refused("1101")
        for reference in references:
            self._check_digest(reference, parts[reference.get("URI", "")])
        _check_value(signer, _decoded(_only(signature, f"{{{DS}}}SignatureValue")), _canonical(info, c14n), method)

    def _is_refused_sha1(self, method: str) -> bool:
        return method.endswith("sha1") and not self._settings().sha1_allowed

    def _check_digest(self, reference: etree._Element, part: etree._Element) -> None:
        transforms = reference.findall(f"{{{DS}}}Transforms/{{{DS}}}Transform")
        method = _only(reference, f"{{{DS}}}DigestMethod").get("Algorithm", "")
        if len(transforms) != 1 or transforms[0].get("Algorithm") != EXC_C14N:
            raise Refused("1101")
        if method not in DIGESTS or self._is_refused_sha1(method):
            raise Refused("1101")
        seen = hashlib.new(DIGESTS[method], _canonical(part, transforms[0]), usedforsecurity=False).digest()
        if not hmac.compare_digest(seen, _decoded(_only(reference, f"{{{DS}}}DigestValue"))):
            raise Refused("1101")

    def _check_dates(self, timestamp: etree._Element, signer: Signer, now: datetime) -> None:
        """Freshness goes by wall time whatever the sandbox's own clock says; so does the certificate's validity."""
        if not signer.since <= now <= signer.until:
            raise Refused("1105")
        created, expires = (_instant(_only(timestamp, f"{{{WSU}}}{name}")) for name in ("Created", "Expires"))
        oldest = now - timedelta(seconds=self._settings().freshness_s)
        if created > now + _CLOCK_SKEW or created < oldest or expires <= now:
            raise Refused("1006")


def _check_value(signer: Signer, value: bytes, signed: bytes, method: str) -> None:
    """An RSA signature as PKCS#1 v1.5, or an ECDSA one as its two numbers side by side (XML Signature 1.1, section 6.4.3)."""
    key, algorithm = signer.public_key, _SIGNATURES[method]
    if ("ecdsa" in method) != isinstance(key, ec.EllipticCurvePublicKey):
        raise Refused("1101")
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(value, signed, padding.PKCS1v15(), algorithm)
        else:
            half = len(value) // 2
            der = encode_dss_signature(int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big"))
            key.verify(der, signed, ec.ECDSA(algorithm))
    except InvalidSignature:
        raise Refused("1101") from None


def _canonical(part: etree._Element, method: etree._Element) -> bytes:
    listed = method.find(f"{{{EXC_C14N}}}InclusiveNamespaces")
    prefixes = (listed.get("PrefixList", "") if listed is not None else "").split()
    return etree.tostring(part, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None)


def _only(parent: etree._Element, tag: str) -> etree._Element:
    """The one child called `tag`; none or several is a wrong header."""
    found = parent.findall(tag)
    if len(found) != 1:
        raise Refused("1005")
    return found[0]


def _identity(part: etree._Element) -> str:
    identity = part.get(_ID)
    if not identity:
        raise Refused("1005")
    return identity


def _token_named(signature: etree._Element) -> str | None:
    reference = signature.find(f"{{{DS}}}KeyInfo/{{{WSSE}}}SecurityTokenReference/{{{WSSE}}}Reference")
    return None if reference is None else reference.get("URI")


def _decoded(leaf: etree._Element) -> bytes:
    try:
        return base64.b64decode("".join((leaf.text or "").split()), validate=True)
    except ValueError:
        raise Refused("1101") from None


def _instant(leaf: etree._Element) -> datetime:
    try:
        instant = datetime.fromisoformat((leaf.text or "").strip())
    except ValueError:
        raise Refused("1005") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
