"""The check of an answer's signature: what others sign is accepted, what was changed or moved is not."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from deploy.sandbox.authority import Authority
from services.mailbox_sync import soap, ws_security
from services.mailbox_sync.identity import Identity
from services.mailbox_sync.ws_security import DS, ENVELOPE, EXCLUSIVE, WSSE, WSU, BadSignature

NOW = datetime(2026, 9, 30, 8, 0, tzinfo=UTC)
SHA1, SHA256 = f"{DS}sha1", "http://www.w3.org/2001/04/xmlenc#sha256"


def message(identity: Identity) -> bytes:
    return ws_security.sign(etree.fromstring('<a xmlns="urn:a">texto &amp; más</a>'), identity, NOW)


def refused(envelope: bytes, now: datetime = NOW) -> str:
    with pytest.raises(BadSignature) as bad:
        ws_security.verify(soap.parse(envelope), now)
    return str(bad.value)


@pytest.mark.parametrize("kind", ["identity", "ec_identity"])
def test_what_we_sign_we_accept(request: pytest.FixtureRequest, kind: str) -> None:
    ws_security.verify(soap.parse(message(request.getfixturevalue(kind))), NOW)


@pytest.mark.parametrize("later", [timedelta(minutes=11), timedelta(minutes=-6)])
def test_an_answer_of_another_time_is_refused(identity: Identity, later: timedelta) -> None:
    assert refused(message(identity), NOW + later) == "timestamp not fresh"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("texto", "otro"),
        ("2026-09-30T08:00", "2026-09-30T08:01"),
        ("<ds:SignatureValue>", "<ds:SignatureValue>A"),
        ("xmldsig-more#rsa-sha256", "xmldsig-more#rsa-sha512"),
        ("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", f"{DS}rsa-sha1"),
        ("xmlenc#sha256", "xmlenc#sha999"),
        (f'Transform Algorithm="{EXCLUSIVE}"', f'Transform Algorithm="{DS}enveloped-signature"'),
        ('URI="#BODY-1"', 'URI="#OTHER"'),
        ('URI="#TS-1"', 'URI=""'),
        ("wsu:Timestamp", "wsu:Other"),
        ("ds:Signature ", "ds:Other "),
        ("MII", "AAA"),
    ],
)
def test_an_answer_that_was_changed_is_refused(identity: Identity, old: str, new: str) -> None:
    text = message(identity).decode().replace("</ds:Signature>", "</ds:Signature>" if old != "ds:Signature " else "</ds:Other>")
    assert old in text
    refused(text.replace(old, new).encode())


def test_a_signed_body_moved_aside_does_not_cover_another(identity: Identity) -> None:
    envelope = etree.fromstring(message(identity))
    header, body = envelope
    etree.SubElement(header, "aside").append(body)
    forged = etree.SubElement(envelope, f"{{{ENVELOPE}}}Body", {f"{{{WSU}}}Id": "BODY-1"})
    etree.SubElement(forged, "{urn:a}a").text = "otro"
    assert refused(etree.tostring(envelope)) == "digest differs"


def test_a_second_security_header_is_refused(identity: Identity) -> None:
    envelope = etree.fromstring(message(identity))
    etree.SubElement(envelope[0], f"{{{WSSE}}}Security")
    assert refused(etree.tostring(envelope)) == "2 Security"


@pytest.fixture
def xmlsec(authority: Authority, tmp_path: Path) -> Callable[[str], bytes]:
    """Another program's signature over a template."""
    key, certificate = authority.issue("B12345674", "EMPRESA SL")
    (tmp_path / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    der = Identity(key, [certificate]).leaf_der

    def signed(template: str) -> bytes:
        (tmp_path / "template.xml").write_text(template.replace("TOKEN", ws_security._base64(der)))
        ids = ["--id-attr:Id", "Body", "--id-attr:Id", "Timestamp"]
        command = ["xmlsec1", "--sign", *ids, "--privkey-pem", str(tmp_path / "key.pem"), str(tmp_path / "template.xml")]
        return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout

    return signed


def template(digest: str, prefixes: str = "") -> str:
    listed = f'<ec:InclusiveNamespaces xmlns:ec="{EXCLUSIVE}" PrefixList="{prefixes}"/>' if prefixes else ""
    reference = (
        f'<ds:Reference URI="#%s"><ds:Transforms><ds:Transform Algorithm="{EXCLUSIVE}">{listed}</ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{digest}"/><ds:DigestValue/></ds:Reference>'
    )
    return (
        f'<S:Envelope xmlns:S="{ENVELOPE}" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}" xmlns:pet="urn:pet"><S:Header><wsse:Security>'
        '<wsu:Timestamp wsu:Id="Id-TS"><wsu:Created>2026-09-30T08:00:00.000Z</wsu:Created><wsu:Expires>2026-09-30T08:05:00.000Z'
        '</wsu:Expires></wsu:Timestamp><wsse:BinarySecurityToken wsu:Id="Cert">TOKEN</wsse:BinarySecurityToken>'
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>'
        f'<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>{reference % "Id-BODY"}'
        f"{reference % 'Id-TS'}</ds:SignedInfo><ds:SignatureValue/></ds:Signature></wsse:Security></S:Header>"
        '<S:Body wsu:Id="Id-BODY"><ns1:a xmlns:ns1="urn:a"> texto &amp; <!-- fuera --> más\n</ns1:a></S:Body></S:Envelope>'
    )


@pytest.mark.parametrize("digest", [SHA1, SHA256])
@pytest.mark.parametrize("prefixes", ["", "pet S"])
def test_what_xmlsec_signs_is_accepted_until_it_is_changed(xmlsec: Callable[[str], bytes], digest: str, prefixes: str) -> None:
    envelope = xmlsec(template(digest, prefixes))
    ws_security.verify(soap.parse(envelope), NOW)
    assert refused(envelope.replace(b"texto", b"otro")) == "digest differs"
