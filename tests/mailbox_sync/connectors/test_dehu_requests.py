"""What the connector sends: the shape of LEMA's specification, signed so that another program verifies it."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from services.mailbox_sync.connecting import BodySettings, Mailbox
from services.mailbox_sync.connectors import connector_for
from services.mailbox_sync.identity import Identity

from ..lema_answers import asked_page, page_of, signed
from ..stand_in import Received, Reply, StandIn

LOCALIZA = "http://administracion.gob.es/punto-unico-notificaciones/localiza"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE, WSU = f"{WSS}wssecurity-secext-1.0.xsd", f"{WSS}wssecurity-utility-1.0.xsd"
X509V3 = f"{WSS}x509-token-profile-1.0#X509v3"
DS = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"


def requests_of(stand_in: StandIn, identity: Identity, settings: BodySettings, via: str = "own_certificate") -> list[Received]:
    """What a reading of two pages sends."""

    def answer(received: Received) -> Reply:
        return Reply(signed(page_of(range(51), asked_page(received.content)), identity, datetime.now(UTC)))

    stand_in.answer = answer
    list(connector_for("dehu", settings).pages(Mailbox("dehu", via, "B12345674", "EMPRESA SL"), identity))
    return stand_in.received


def tree(element: etree._Element) -> list[object]:
    """Names with their namespaces, in order, without values."""
    return [element.tag, *(tree(child) for child in element)]


def test_localiza_has_the_names_order_and_namespaces_of_the_specification(
    stand_in: StandIn, identity: Identity, settings: BodySettings
) -> None:
    first, second = (etree.fromstring(one.content) for one in requests_of(stand_in, identity, settings))
    localiza = f"{{{LOCALIZA}}}Localiza"
    holder = [[f"{{{LOCALIZA}}}nifTitular"], [f"{{{LOCALIZA}}}nifDestinatario"]]
    assert tree(first.find(f"{{{SOAP}}}Body")[0]) == [localiza, *holder]
    options = [f"{{{LOCALIZA}}}opcionesLocaliza", [f"{{{LOCALIZA}}}opcion"]]
    assert tree(second.find(f"{{{SOAP}}}Body")[0]) == [localiza, *holder, options]
    option = next(second.iter(f"{{{LOCALIZA}}}opcion"))
    assert (dict(option.attrib), option.text) == ({"tipo": "dehu.paginador.pagina"}, "2")
    assert {element.text for element in first.find(f"{{{SOAP}}}Body")[0]} == {"B12345674"}


@pytest.mark.parametrize("via", ["power", "firm_certificate"])
def test_with_anothers_certificate_only_what_is_held_is_asked_for(
    stand_in: StandIn, identity: Identity, settings: BodySettings, via: str
) -> None:
    (first, *_) = requests_of(stand_in, identity, settings, via)
    names = [element.tag for element in etree.fromstring(first.content).find(f"{{{SOAP}}}Body")[0]]
    assert names == [f"{{{LOCALIZA}}}nifTitular"]


def test_the_security_header_has_the_order_of_the_specification(stand_in: StandIn, identity: Identity, settings: BodySettings) -> None:
    envelope = etree.fromstring(requests_of(stand_in, identity, settings)[0].content)
    reference = [f"{{{DS}}}Reference", [f"{{{DS}}}Transforms", [f"{{{DS}}}Transform"]], [f"{{{DS}}}DigestMethod"], [f"{{{DS}}}DigestValue"]]
    methods = [[f"{{{DS}}}CanonicalizationMethod"], [f"{{{DS}}}SignatureMethod"]]
    key_info = [f"{{{DS}}}KeyInfo", [f"{{{WSSE}}}SecurityTokenReference", [f"{{{WSSE}}}Reference"]]]
    assert tree(envelope[0]) == [
        f"{{{SOAP}}}Header",
        [
            f"{{{WSSE}}}Security",
            [f"{{{WSU}}}Timestamp", [f"{{{WSU}}}Created"], [f"{{{WSU}}}Expires"]],
            [f"{{{WSSE}}}BinarySecurityToken"],
            [f"{{{DS}}}Signature", [f"{{{DS}}}SignedInfo", *methods, reference, reference], [f"{{{DS}}}SignatureValue"], key_info],
        ],
    ]


def test_body_and_timestamp_are_signed_with_the_algorithms_in_force(stand_in: StandIn, identity: Identity, settings: BodySettings) -> None:
    envelope = etree.fromstring(requests_of(stand_in, identity, settings)[0].content)
    signed_parts = {one.get("URI") for one in envelope.iter(f"{{{DS}}}Reference")}
    assert signed_parts == {f"#{next(envelope.iter(tag)).get(f'{{{WSU}}}Id')}" for tag in (f"{{{SOAP}}}Body", f"{{{WSU}}}Timestamp")}
    assert {one.get("Algorithm") for one in envelope.iter(f"{{{DS}}}Transform", f"{{{DS}}}CanonicalizationMethod")} == {C14N}
    assert {one.get("Algorithm") for one in envelope.iter(f"{{{DS}}}DigestMethod")} == {"http://www.w3.org/2001/04/xmlenc#sha256"}
    methods = [one.get("Algorithm") for one in envelope.iter(f"{{{DS}}}SignatureMethod")]
    assert methods == ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]


def test_the_token_is_the_leaf_certificate_and_the_key_info_names_it(stand_in: StandIn, identity: Identity, settings: BodySettings) -> None:
    envelope = etree.fromstring(requests_of(stand_in, identity, settings)[0].content)
    token = next(envelope.iter(f"{{{WSSE}}}BinarySecurityToken"))
    reference = next(envelope.iter(f"{{{WSSE}}}Reference"))
    assert (token.get("ValueType"), token.get("EncodingType")) == (X509V3, f"{WSS}soap-message-security-1.0#Base64Binary")
    assert (reference.get("ValueType"), reference.get("URI")) == (X509V3, f"#{token.get(f'{{{WSU}}}Id')}")
    assert etree.tostring(token, method="text").decode() == b64encode(identity.leaf_der).decode()


def test_the_timestamp_lasts_five_minutes(stand_in: StandIn, identity: Identity, settings: BodySettings) -> None:
    stamp = next(etree.fromstring(requests_of(stand_in, identity, settings)[0].content).iter(f"{{{WSU}}}Timestamp"))
    created, expires = (datetime.fromisoformat(one.text) for one in stamp)
    assert (expires - created).total_seconds() == 300 and stamp[0].text.endswith(".000Z")


def test_the_headers_are_those_that_lema_demands(stand_in: StandIn, identity: Identity, settings: BodySettings) -> None:
    sent = requests_of(stand_in, identity, settings)[0]
    headers = {name.lower(): value for name, value in sent.headers.items()}
    assert sent.path == "/ws/v2/lema" and "transfer-encoding" not in headers
    assert headers["content-type"] == "text/xml; charset=utf-8" and headers["expect"] == "100-continue"
    assert headers["content-length"] == str(len(sent.content))
    assert headers["soapaction"] == '"https://administracionelectronica.gob.es/notifica/ws/lema/Localiza"'


@pytest.fixture(params=["identity", "ec_identity"])
def signer(request: pytest.FixtureRequest) -> Identity:
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("algorithms", ["rsa-sha256 sha256", "rsa-sha512 sha512", "rsa-sha1 sha1"])
def test_xmlsec_verifies_what_is_signed(stand_in: StandIn, signer: Identity, tmp_path: Path, algorithms: str) -> None:
    signature, digest = algorithms.split()
    settings = BodySettings(stand_in.base_url, signature=signature, digest=digest)
    for sent in requests_of(stand_in, signer, settings):
        assert xmlsec_says(sent.content, signer, tmp_path) == 0
        assert xmlsec_says(sent.content.replace(b"B12345674<", b"A58818501<"), signer, tmp_path) != 0


def xmlsec_says(message: bytes, identity: Identity, folder: Path) -> int:
    (folder / "message.xml").write_bytes(message)
    (folder / "leaf.pem").write_bytes(x509.load_der_x509_certificate(identity.leaf_der).public_bytes(Encoding.PEM))
    ids = ["--id-attr:Id", "Body", "--id-attr:Id", "Timestamp"]
    command = ["xmlsec1", "--verify", *ids, "--pubkey-cert-pem", str(folder / "leaf.pem"), str(folder / "message.xml")]
    return subprocess.run(command, capture_output=True, check=False, timeout=30).returncode


def test_the_client_certificate_goes_into_tls_unless_a_setting_keeps_it(
    stand_in: StandIn, identity: Identity, settings: BodySettings
) -> None:
    assert {one.certificate for one in requests_of(stand_in, identity, settings)} == {identity.leaf_der}
    stand_in.received.clear()
    assert {one.certificate for one in requests_of(stand_in, identity, replace(settings, send_client_certificate=False))} == {None}
