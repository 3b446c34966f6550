"""A LEMA client made of other people's parts: xmlsec1 signs and verifies, http.client carries, the email package reads multiparts."""

from __future__ import annotations

import base64
import email
import http.client
import ssl
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from lxml import etree

from deploy.sandbox.client import Sandbox

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
DS = "http://www.w3.org/2000/09/xmldsig#"
X509V3 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-x509-token-profile-1.0#X509v3"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
LEMA = "http://administracion.gob.es/punto-unico-notificaciones/"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
DIGESTS = {"sha1": DS + "sha1", "sha256": "http://www.w3.org/2001/04/xmlenc#sha256", "sha512": "http://www.w3.org/2001/04/xmlenc#sha512"}
PATHS = {"LocalizaRealizadas": "/ws/v1/realizadas", "ConsultaRealizadas": "/ws/v1/realizadas"}


@dataclass(frozen=True)
class Signing:
    """How a request is signed: with which hash, when, with prefix lists as the official samples have, over which parts."""

    digest: str = "sha256"
    key: str = "rsa"
    created: datetime | None = None
    prefixes: bool = False
    parts: tuple[str, ...] = ("body", "timestamp")


@dataclass(frozen=True)
class Told:
    """An answer: HTTP status, the root XML, the attached file (None without one), the code, and the raw root bytes."""

    status: int
    xml: etree._Element | None
    file: bytes | None
    raw: bytes

    @property
    def code(self) -> str:
        """`codigoRespuesta`, or the four digits that open a faultstring; empty when the answer is no SOAP."""
        return (self.text("codigoRespuesta") or self.text("faultstring"))[:4].strip()

    def text(self, name: str) -> str:
        return next(iter(self.texts(name)), "")

    def texts(self, name: str) -> list[str]:
        return [] if self.xml is None else [leaf.text or "" for leaf in self.xml.iter("{*}" + name)]

    def option(self, name: str) -> str:
        return next(option.text for option in self.xml.iter("{*}opcion") if option.get("tipo") == "dehu.paginador." + name)


class Caller:
    """Calls LEMA with the key and certificate of `files`."""

    def __init__(self, sandbox: Sandbox, files: Path) -> None:
        self.files, self._address = files, urlsplit(sandbox.url)
        self.tls = ssl.create_default_context(cafile=sandbox.ca_file)
        self.tls.load_cert_chain(files / "certificate.pem", files / "key.pem")

    def localiza(self, holder: str, page: int | None = None) -> Told:
        option = f'<o:opcionesLocaliza><o:opcion tipo="dehu.paginador.pagina">{page}</o:opcion></o:opcionesLocaliza>' if page else ""
        return self.ask("Localiza", f"<o:nifTitular>{holder}</o:nifTitular>{option}")

    def realized(self, holder: str, more: str = "") -> Told:
        return self.ask("LocalizaRealizadas", f"<o:nifTitular>{holder}</o:nifTitular>{more}")

    def open(self, receiver: str, reference: str, subject: str, event: str = "1") -> Told:
        return self.ask(
            "PeticionAcceso",
            f"<o:identificador>{reference}</o:identificador><o:codigoOrigen>2</o:codigoOrigen>"
            f"<o:nifReceptor>{receiver}</o:nifReceptor><o:nombreReceptor>EMPRESA SL</o:nombreReceptor>"
            f"<o:evento>{event}</o:evento><o:concepto>{subject}</o:concepto>",
        )

    def annex(self, receiver: str, reference: str, annex: str) -> Told:
        return self.ask(
            "ConsultaAnexos",
            f"<o:nifReceptor>{receiver}</o:nifReceptor><o:identificador>{reference}</o:identificador>"
            f"<o:codigoOrigen>2</o:codigoOrigen><o:referencia>{annex}</o:referencia>",
        )

    def receipt(self, receiver: str, reference: str, csv: str) -> Told:
        return self.ask(
            "ConsultaAcusePdf",
            f"<o:nifReceptor>{receiver}</o:nifReceptor><o:identificador>{reference}</o:identificador>"
            "<o:codigoOrigen>2</o:codigoOrigen><o:identificadorAcusePdf>"
            f"<o:csvResguardo>{csv}</o:csvResguardo></o:identificadorAcusePdf>",
        )

    def read_again(self, asker: str, reference: str, subject: str) -> Told:
        return self.ask(
            "ConsultaRealizadas",
            f"<o:identificador>{reference}</o:identificador><o:codigoOrigen>2</o:codigoOrigen>"
            f"<o:nifPeticion>{asker}</o:nifPeticion><o:nombrePeticion>EMPRESA SL</o:nombrePeticion>"
            f"<o:concepto>{subject}</o:concepto>",
        )

    def ask(self, operation: str, content: str, signing: Signing = Signing()) -> Told:
        return self.send(self.signed(operation, content, signing), PATHS.get(operation, "/ws/v2/lema"))

    def signed(self, operation: str, content: str, signing: Signing = Signing()) -> bytes:
        """The request, signed by xmlsec1 from a template."""
        template = _template(operation, content, _der(self.files), signing)
        command = [
            "xmlsec1",
            "--sign",
            "--privkey-pem",
            str(self.files / "key.pem"),
            "--id-attr:Id",
            f"{SOAP}:Body",
            "--id-attr:Id",
            f"{WSU}:Timestamp",
            "/dev/stdin",
        ]
        made = subprocess.run(command, input=template.encode(), capture_output=True, check=False)
        assert made.returncode == 0, made.stderr.decode()
        return made.stdout

    def send(self, document: bytes, path: str = "/ws/v2/lema", tls: ssl.SSLContext | None = None) -> Told:
        connection = http.client.HTTPSConnection(self._address.hostname, self._address.port, context=tls or self.tls, timeout=20)
        try:
            connection.request("POST", path, document, {"Content-Type": "text/xml; charset=utf-8"})
            answer = connection.getresponse()
            return _told(answer.status, answer.headers.get("Content-Type", ""), answer.read())
        finally:
            connection.close()


def caller_with(sandbox: Sandbox, tax_id: str, name: str, folder: Path, **more: object) -> Path:
    """The folder, with key.pem and certificate.pem of a certificate that the sandbox issued."""
    file = pkcs12.load_pkcs12(sandbox.certificate(tax_id, name, "secret", **more), b"secret")
    (folder / "key.pem").write_bytes(
        file.key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    )
    (folder / "certificate.pem").write_bytes(file.cert.certificate.public_bytes(serialization.Encoding.PEM))
    return folder


def verified_by_xmlsec1(envelope: bytes, folder: Path, ca_file: str) -> subprocess.CompletedProcess[str]:
    """xmlsec1's judgement of an answer's signature, with the key of its own BinarySecurityToken, which the authority must have issued."""
    token = etree.fromstring(envelope).find(f".//{{{WSSE}}}BinarySecurityToken").text
    certificate = folder / "answerer.pem"
    certificate.write_text(
        "-----BEGIN CERTIFICATE-----\n"
        + "\n".join(token[at : at + 64] for at in range(0, len(token), 64))
        + "\n-----END CERTIFICATE-----\n"
    )
    subprocess.run(["openssl", "verify", "-CAfile", ca_file, str(certificate)], check=True, capture_output=True)
    document = folder / "answer.xml"
    document.write_bytes(envelope)
    return subprocess.run(
        [
            "xmlsec1",
            "--verify",
            "--pubkey-cert-pem",
            str(certificate),
            "--id-attr:Id",
            f"{SOAP}:Body",
            "--id-attr:Id",
            f"{WSU}:Timestamp",
            str(document),
        ],
        capture_output=True,
        text=True,
        check=False,
    )


def _told(status: int, kind: str, body: bytes) -> Told:
    if not kind.startswith("multipart/"):
        return Told(status, etree.fromstring(body) if kind.startswith("text/xml") else None, None, body)
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body, policy=policy.HTTP)
    root, file = message.iter_parts()
    envelope = root.get_payload(decode=True)
    return Told(status, etree.fromstring(envelope), file.get_payload(decode=True), envelope)


def _der(files: Path) -> str:
    lines = (files / "certificate.pem").read_text().splitlines()
    assert base64.b64decode("".join(lines[1:-1]))
    return "".join(lines[1:-1])


def _signature_method(signing: Signing) -> str:
    space = DS if signing.digest == "sha1" else MORE
    return f"{space}{signing.key}-{signing.digest}"


def _listed(prefixes: str) -> str:
    return f'<ec:InclusiveNamespaces PrefixList="{prefixes}" xmlns:ec="{EXC}"/>'


def _template(operation: str, content: str, token: str, signing: Signing) -> str:
    digest, created = signing.digest, signing.created or datetime.now(UTC)
    expires = created + timedelta(seconds=300)
    listed, listed_info = (_listed(names) if signing.prefixes else "" for names in ("o", "o soapenv"))
    references = "".join(
        f'<ds:Reference URI="#{part}"><ds:Transforms><ds:Transform Algorithm="{EXC}">{listed}</ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{DIGESTS[digest]}"/><ds:DigestValue/></ds:Reference>'
        for part in signing.parts
    )
    namespace = LEMA + operation[0].lower() + operation[1:]
    return (
        f'<soapenv:Envelope xmlns:o="{namespace}" xmlns:soapenv="{SOAP}"><soapenv:Header>'
        f'<wsse:Security xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">'
        f'<wsu:Timestamp wsu:Id="timestamp"><wsu:Created>{created:%Y-%m-%dT%H:%M:%S}.000Z</wsu:Created>'
        f"<wsu:Expires>{expires:%Y-%m-%dT%H:%M:%S}.000Z</wsu:Expires></wsu:Timestamp>"
        f'<wsse:BinarySecurityToken ValueType="{X509V3}" wsu:Id="X509-1">{token}</wsse:BinarySecurityToken>'
        f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{EXC}">{listed_info}</ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{_signature_method(signing)}"/>{references}</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo>'
        f'<wsse:SecurityTokenReference><wsse:Reference URI="#X509-1" ValueType="{X509V3}"/></wsse:SecurityTokenReference></ds:KeyInfo>'
        f'</ds:Signature></wsse:Security></soapenv:Header><soapenv:Body wsu:Id="body" xmlns:wsu="{WSU}">'
        f"<o:{operation}>{content}</o:{operation}></soapenv:Body></soapenv:Envelope>"
    )
