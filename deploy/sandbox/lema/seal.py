"""WS-Security of answers: the sandbox's seal over Body and Timestamp (LEMA specification v3.0, annex of examples).

The parts are written in exclusive canonical form (see `xml`), so that what is digested is what is sent. As in the official
examples the signature is RSA over SHA-256 and the two digests are SHA-1; the setting `answer_digest` chooses another.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from ..authority import Authority
from ..world import Settings
from .xml import DIGESTS, DS, EXC_C14N, MORE, SOAP, WSSE, WSU, X509V3

_BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary"
_DIGEST_URI = {name: uri for uri, name in DIGESTS.items()}


class AnswerSigner:
    """Signs answers over Body and Timestamp with the sandbox's seal."""

    def __init__(self, authority: Authority, settings: Callable[[], Settings]) -> None:
        key, certificate = authority.signer
        self._key, self._settings = key, settings
        token = base64.b64encode(certificate.public_bytes(serialization.Encoding.DER)).decode()
        self._token = (
            f'<wsse:BinarySecurityToken EncodingType="{_BASE64}" ValueType="{X509V3}" wsu:Id="CertId-1">{token}</wsse:BinarySecurityToken>'
        )

    def envelope(self, answer: str, now: datetime) -> bytes:
        """The signed SOAP envelope around `answer`, which is in exclusive canonical form (see `xml`)."""
        body = f'<SOAP-ENV:Body xmlns:SOAP-ENV="{SOAP}" xmlns:wsu="{WSU}" wsu:Id="Id-BODY">{answer}</SOAP-ENV:Body>'
        stamp = (
            f'<wsu:Timestamp xmlns:wsu="{WSU}" wsu:Id="Id-TS"><wsu:Created>{_shown(now)}</wsu:Created>'
            f"<wsu:Expires>{_shown(now + timedelta(seconds=300))}</wsu:Expires></wsu:Timestamp>"
        )
        info = self._signed_info(body, stamp)
        value = base64.b64encode(self._key.sign(info.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
        return (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV="{SOAP}" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">'
            f'<SOAP-ENV:Header><wsse:Security>{stamp}{self._token}<ds:Signature xmlns:ds="{DS}">{info}'
            f"<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><wsse:SecurityTokenReference>"
            f'<wsse:Reference URI="#CertId-1" ValueType="{X509V3}"/></wsse:SecurityTokenReference></ds:KeyInfo></ds:Signature>'
            f"</wsse:Security></SOAP-ENV:Header>{body}</SOAP-ENV:Envelope>"
        ).encode()

    def _signed_info(self, body: str, stamp: str) -> str:
        digest = self._settings().answer_digest
        references = "".join(
            f'<ds:Reference URI="#{name}"><ds:Transforms><ds:Transform Algorithm="{EXC_C14N}"></ds:Transform></ds:Transforms>'
            f'<ds:DigestMethod Algorithm="{_DIGEST_URI[digest]}"></ds:DigestMethod>'
            f"<ds:DigestValue>{_digest(digest, part)}</ds:DigestValue></ds:Reference>"
            for name, part in (("Id-BODY", body), ("Id-TS", stamp))
        )
        return (
            f'<ds:SignedInfo xmlns:ds="{DS}"><ds:CanonicalizationMethod Algorithm="{EXC_C14N}"></ds:CanonicalizationMethod>'
            f'<ds:SignatureMethod Algorithm="{MORE}rsa-sha256"></ds:SignatureMethod>{references}</ds:SignedInfo>'
        )


def _digest(name: str, part: str) -> str:
    return base64.b64encode(hashlib.new(name, part.encode(), usedforsecurity=False).digest()).decode()


def _shown(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"
