"""Signs SOAP 1.1 messages with an X.509 token and checks the signatures of answers (WS-Security 1.0, exclusive C14N).

Signed are Body and Timestamp. What is signed is written once, already canonical, and that very text goes into the message:
exclusive C14N gives the same bytes for it wherever it stands, so nothing is canonicalised twice. Traps: an answer is checked
on the Body that is going to be read, never on one looked up by its id (a wrapped signature would name another); official
answers digest with SHA-1 beside an rsa-sha256 signature, so SHA-1 passes as a digest and never as a signature. The token of
an answer proves that it is whole, not who made it: that is TLS. Invariant: `verify` returns only for a Body signed as a whole.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hmac import compare_digest
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from lxml import etree

from .identity import HASHES, Identity

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, WSU = f"{OASIS}wssecurity-secext-1.0.xsd", f"{OASIS}wssecurity-utility-1.0.xsd"
BASE64, X509V3 = f"{OASIS}soap-message-security-1.0#Base64Binary", f"{OASIS}x509-token-profile-1.0#X509v3"
DS, MORE, ENC = "http://www.w3.org/2000/09/xmldsig#", "http://www.w3.org/2001/04/xmldsig-more#", "http://www.w3.org/2001/04/xmlenc#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
DIGESTS = {"sha1": f"{DS}sha1", "sha256": f"{ENC}sha256", "sha384": f"{MORE}sha384", "sha512": f"{ENC}sha512"}
SIGNATURES = {f"{kind}-{size}": f"{MORE}{kind}-{size}" for kind in ("rsa", "ecdsa") for size in ("sha256", "sha384", "sha512")}
SIGNATURES_WE_MAKE = SIGNATURES | {"rsa-sha1": f"{DS}rsa-sha1", "ecdsa-sha1": f"{MORE}ecdsa-sha1"}
VALIDITY, SKEW = timedelta(minutes=5), timedelta(minutes=5)
Element = Any  # lxml's elements have no public type.

TIMESTAMP = f'<wsu:Timestamp xmlns:wsu="{WSU}" wsu:Id="TS-1"><wsu:Created>%s</wsu:Created><wsu:Expires>%s</wsu:Expires></wsu:Timestamp>'
REFERENCE = (
    f'<ds:Reference URI="#%s"><ds:Transforms><ds:Transform Algorithm="{EXCLUSIVE}"></ds:Transform></ds:Transforms>'
    '<ds:DigestMethod Algorithm="%s"></ds:DigestMethod><ds:DigestValue>%s</ds:DigestValue></ds:Reference>'
)
SIGNED_INFO = (
    f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="%s"></ds:SignatureMethod>%s%s</ds:SignedInfo>'
)
MESSAGE = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<env:Envelope xmlns:env="{ENVELOPE}"><env:Header>'
    f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">%s<wsse:BinarySecurityToken EncodingType="{BASE64}" '
    f'ValueType="{X509V3}" wsu:Id="X509-1">%s</wsse:BinarySecurityToken><ds:Signature xmlns:ds="{DS}" Id="SIG-1">%s'
    '<ds:SignatureValue>%s</ds:SignatureValue><ds:KeyInfo Id="KI-1"><wsse:SecurityTokenReference wsu:Id="STR-1">'
    f'<wsse:Reference URI="#X509-1" ValueType="{X509V3}"></wsse:Reference></wsse:SecurityTokenReference></ds:KeyInfo>'
    "</ds:Signature></wsse:Security></env:Header>%s</env:Envelope>"
)


class BadSignature(Exception):
    """The answer is unsigned, was changed after it was signed, or is signed in a way that is not accepted."""


def sign(content: Element, identity: Identity, now: datetime, signature: str = "rsa-sha256", digest: str = "sha256") -> bytes:
    """A whole envelope around `content`, signed by `identity`. Of `signature` an EC key takes only the hash."""
    body = etree.Element(f"{{{ENVELOPE}}}Body", {f"{{{WSU}}}Id": "BODY-1"}, nsmap={"env": ENVELOPE, "wsu": WSU})
    body.append(content)
    canonical_body = _canonical(body)
    timestamp = TIMESTAMP % (_instant(now), _instant(now + VALIDITY))
    hash_name = signature.rpartition("-")[2]
    signed_info = SIGNED_INFO % (
        SIGNATURES_WE_MAKE[f"{identity.algorithm}-{hash_name}"],
        REFERENCE % ("BODY-1", DIGESTS[digest], _digest(digest, canonical_body)),
        REFERENCE % ("TS-1", DIGESTS[digest], _digest(digest, timestamp.encode())),
    )
    value = _base64(identity.sign(signed_info.encode(), hash_name))
    return (MESSAGE % (timestamp, _base64(identity.leaf_der), signed_info, value, canonical_body.decode())).encode()


def verify(envelope: Element, now: datetime) -> None:
    """Raises BadSignature unless the envelope's own Body and Timestamp are signed, unchanged, and the Timestamp is fresh."""
    try:
        _verify(envelope, now)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, etree.LxmlError) as refusal:
        raise BadSignature("not verifiable") from refusal


def _verify(envelope: Element, now: datetime) -> None:
    security = _only(_only(envelope, ENVELOPE, "Header"), WSSE, "Security")
    signature, timestamp = _only(security, DS, "Signature"), _only(security, WSU, "Timestamp")
    signed_info = _only(signature, DS, "SignedInfo")
    references = {one.get("URI"): one for one in signed_info.iterchildren(f"{{{DS}}}Reference")}
    for part in (_only(envelope, ENVELOPE, "Body"), timestamp):
        _check_digest(part, references.get(f"#{part.get(f'{{{WSU}}}Id')}"))
    _check_value(signed_info, _text(_only(signature, DS, "SignatureValue")), _text(_only(security, WSSE, "BinarySecurityToken")))
    _check_fresh(timestamp, now)


def _check_digest(part: Element, reference: Element | None) -> None:
    if reference is None:
        raise BadSignature("part not signed")
    method = _only(reference, DS, "DigestMethod").get("Algorithm")
    name = next((name for name, uri in DIGESTS.items() if uri == method), None)
    transforms = list(_only(reference, DS, "Transforms").iterchildren("*"))
    if name is None or len(transforms) != 1:
        raise BadSignature("digest or transforms not accepted")
    digest = _digest(name, _canonical(part, _prefixes(transforms[0])))
    if not compare_digest(digest, "".join(_text(_only(reference, DS, "DigestValue")).split())):
        raise BadSignature("digest differs")


def _check_value(signed_info: Element, value: str, token: str) -> None:
    method = _only(signed_info, DS, "SignatureMethod").get("Algorithm")
    name = next((name for name, uri in SIGNATURES.items() if uri == method), "none-none")
    data = _canonical(signed_info, _prefixes(_only(signed_info, DS, "CanonicalizationMethod")))
    _verify_value(_key_in(token), name, b64decode(value), data)


def _verify_value(key: Any, name: str, value: bytes, data: bytes) -> None:
    kind, _, hash_name = name.partition("-")
    if kind == "rsa" and isinstance(key, rsa.RSAPublicKey):
        key.verify(value, data, padding.PKCS1v15(), HASHES[hash_name]())
    elif kind == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
        half = len(value) // 2
        r, s = int.from_bytes(value[:half], "big"), int.from_bytes(value[half:], "big")
        key.verify(utils.encode_dss_signature(r, s), data, ec.ECDSA(HASHES[hash_name]()))
    else:
        raise BadSignature("signature method not accepted")


def _check_fresh(timestamp: Element, now: datetime) -> None:
    created, expires = (_read_instant(_text(_only(timestamp, WSU, name))) for name in ("Created", "Expires"))
    if not created - SKEW <= now <= expires + SKEW:
        raise BadSignature("timestamp not fresh")


@lru_cache(maxsize=16)
def _key_in(token: str) -> Any:
    return x509.load_der_x509_certificate(b64decode(token)).public_key()


def _prefixes(method: Element) -> list[str]:
    """The inclusive prefixes of an exclusive C14N; any other algorithm is refused."""
    if method.get("Algorithm") != EXCLUSIVE:
        raise BadSignature("canonicalisation not accepted")
    listed = method.find(f"{{{EXCLUSIVE}}}InclusiveNamespaces")
    return [] if listed is None else listed.get("PrefixList", "").split()


def _only(parent: Element, namespace: str, name: str) -> Element:
    found = list(parent.iterchildren(f"{{{namespace}}}{name}"))
    if len(found) != 1:
        raise BadSignature(f"{len(found)} {name}")
    return found[0]


def _text(element: Element) -> str:
    return element.text or ""


def _canonical(element: Element, prefixes: list[str] | None = None) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False, inclusive_ns_prefixes=prefixes or None)


def _digest(name: str, data: bytes) -> str:
    return _base64(hashlib.new(name, data, usedforsecurity=False).digest())


def _base64(data: bytes) -> str:
    return b64encode(data).decode()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _read_instant(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
