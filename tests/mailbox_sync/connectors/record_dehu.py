"""`python -m tests.mailbox_sync.connectors.record_dehu` writes the answers of DEHú anew, with what must be read in each.

The answers have the form of the annex of LEMA's specification v3.0 and are signed by xmlsec1, with a key made for the occasion
and thrown away, so that the connector's check meets another program's signature. The expected reading is written from the
same rows and never by the connector.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from deploy.sandbox.authority import Authority
from services.mailbox_sync.ws_security import DS, ENVELOPE, EXCLUSIVE, WSSE, WSU, X509V3

from ..lema_answers import Totals, fault, item, listing, page_of, unsigned

FOLDER = Path(__file__).parent / "answers" / "dehu"
HOLDER, NOW = "B12345674", "2026-09-30T08:00:10+00:00"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="{ENVELOPE}" xmlns:wsse="{WSSE}" xmlns:wsu="{WSU}">
<SOAP-ENV:Header><wsse:Security>
 <wsu:Timestamp wsu:Id="Id-TS"><wsu:Created>2026-09-30T08:00:00.000Z</wsu:Created>
  <wsu:Expires>2026-09-30T08:05:00.000Z</wsu:Expires></wsu:Timestamp>
 <wsse:BinarySecurityToken ValueType="{X509V3}" wsu:Id="CertId-1">%s</wsse:BinarySecurityToken>
 <ds:Signature xmlns:ds="{DS}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/>
  <ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>%s%s</ds:SignedInfo><ds:SignatureValue/>
  <ds:KeyInfo><wsse:SecurityTokenReference><wsse:Reference URI="#CertId-1" ValueType="{X509V3}"/></wsse:SecurityTokenReference></ds:KeyInfo>
 </ds:Signature></wsse:Security></SOAP-ENV:Header>
<SOAP-ENV:Body wsu:Id="Id-BODY">%s</SOAP-ENV:Body></SOAP-ENV:Envelope>
"""
REFERENCE = (
    f'<ds:Reference URI="#%s"><ds:Transforms><ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms>'
    f'<ds:DigestMethod Algorithm="{DS}sha1"/><ds:DigestValue/></ds:Reference>'
)
FULL = """<ns1:item><ns1:identificador>A1B2C3D4E5F6G7H8I9J0</ns1:identificador><ns1:codigoOrigen>5000</ns1:codigoOrigen>
 <ns1:concepto>  Comunicación &amp; aviso   nº 7 </ns1:concepto><ns1:descripcion>Línea 1
Línea 2</ns1:descripcion>
 <ns1:organismoEmisor><ns1:codigoOrganismo>EA0028512</ns1:codigoOrganismo><ns1:nombreOrganismo>Agencia Tributaria</ns1:nombreOrganismo>
  <ns1:nifOrganismo>Q2826000H</ns1:nifOrganismo></ns1:organismoEmisor>
 <ns1:organismoEmisorRaiz><ns1:codigoOrganismo>E00003301</ns1:codigoOrganismo>
  <ns1:nombreOrganismo>Ministerio de Hacienda</ns1:nombreOrganismo></ns1:organismoEmisorRaiz>
 <ns1:fechaPuestaDisposicion>2026-01-15T09:30:00</ns1:fechaPuestaDisposicion><ns1:tipoEnvio>1</ns1:tipoEnvio><ns1:vinculo>3</ns1:vinculo>
 <ns1:titular><ns1:nombreTitular>Fundación Ñandú</ns1:nombreTitular><ns1:codigoDIRe>X1</ns1:codigoDIRe></ns1:titular>
 <ns1:metadatosPublicos>PHhtbC8+</ns1:metadatosPublicos></ns1:item>"""
HTML = b"<html><head><title>DEH\xc3\xba</title></head><body>Estamos realizando tareas de mantenimiento</body></html>"


@dataclass
class Story:
    """Answers in order (a text is signed and sent with 200), and what must come of them."""

    name: str
    answers: list[str | tuple[int, bytes]]
    expected: dict[str, Any]
    via: str = "own_certificate"
    after_signing: tuple[bytes, bytes] = field(default=(b"", b""))


def notice(number: int) -> dict[str, Any]:
    """What must be read of `item(number)`."""
    return full() | {
        "origin_code": "2",
        "reference": f"a1b2c3d4e5f6{number:08d}",
        "kind": "notification",
        "subject": f"Requerimiento a1b2c3d4e5f6{number:08d}",
        "description": "",
        "issuer": {"code": "E00000001", "name": "Organismo"},
        "issuer_root": {"code": "E00000000", "name": "Ministerio"},
        "holder_name": "EMPRESA SL",
        "available_at": "2026-09-29T08:15:00+00:00",
        "link": "holder",
        "public_metadata": "",
    }


def full() -> dict[str, Any]:
    """What must be read of `FULL`."""
    return {
        "origin_code": "5000",
        "reference": "A1B2C3D4E5F6G7H8I9J0",
        "kind": "communication",
        "subject": "  Comunicación & aviso   nº 7 ",
        "description": "Línea 1\nLínea 2",
        "issuer": {"code": "EA0028512", "name": "Agencia Tributaria"},
        "issuer_root": {"code": "E00003301", "name": "Ministerio de Hacienda"},
        "holder_tax_id": HOLDER,
        "holder_name": "Fundación Ñandú",
        "available_at": "2026-01-15T08:30:00+00:00",
        "expires_at": None,
        "body_state": "available",
        "link": "attorney",
        "public_metadata": "PHhtbC8+",
    }


def pages(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    total = sum(map(len, rows))
    return {
        "pages": [
            {"number": number, "total_pages": len(rows), "total_results": total, "notices": found} for number, found in enumerate(rows, 1)
        ]
    }


def refused(kind: str, code: str, body_code: str | None = None) -> dict[str, Any]:
    return {"fault": {"kind": kind, "code": code, "body_code": body_code}}


STORIES = [
    Story("empty", [page_of([], 1).replace("<ns1:envios></ns1:envios>", "")], pages([])),
    Story("empty_with_an_empty_list", [page_of([], 1)], pages([])),
    Story("one", [page_of([1], 1)], pages([notice(1)])),
    Story("every_field", [listing([FULL], Totals(1, 1, 1)).replace('totalPag"', 'totalPag "')], pages([full()]), "power"),
    Story(
        "two_pages",
        [page_of(range(51), 1), page_of(range(51), 2)],
        pages([notice(row) for row in range(50)], [notice(50)]),
        "firm_certificate",
    ),
    Story("a_row_came_meanwhile", [page_of(range(51), 1), page_of(range(52), 2)], refused("ListChanged", "list_changed")),
    Story(
        "the_last_page_went",
        [page_of(range(51), 1), (500, fault("1216 El número de página solicitado excede"))],
        refused("ListChanged", "list_changed", "1216"),
    ),
    Story("lost_row", [listing([item(1)], Totals(2, 1, 1))], refused("UnexpectedAnswer", "rows_missing")),
    Story("repeated_row", [listing([item(1), item(1)], Totals(2, 1, 1))], refused("UnexpectedAnswer", "repeated_row")),
    Story("renamed_list", [page_of([1], 1).replace("ns1:envios", "ns1:listaEnvios")], refused("UnexpectedAnswer", "rows_missing")),
    Story("changed_on_the_way", [page_of([1], 1)], refused("UnexpectedAnswer", "answer_signature"), after_signing=(b"EMPRESA", b"OTRA")),
    Story("not_signed", [(200, unsigned(page_of([], 1)))], refused("UnexpectedAnswer", "answer_signature")),
    Story("not_registered", [(500, fault("4102 No está dado de alta"))], refused("Unreadable", "certificate_not_registered", "4102")),
    Story(
        "wrong_field", [(500, fault('1201 Valor NIF del campo "Nif Titular" es invalido'))], refused("OurFault", "field_refused", "1201")
    ),
    Story(
        "refused_in_a_normal_answer",
        [
            '<ns1:RespuestaLocaliza xmlns:ns1="http://administracion.gob.es/punto-unico-notificaciones/respuestaLocaliza">'
            "<codigoRespuesta>4304</codigoRespuesta><descripcionRespuesta>Ha superado el limite</descripcionRespuesta>"
            "</ns1:RespuestaLocaliza>"
        ],
        refused("RateLimited", "too_many_requests", "4304"),
    ),
    Story("latin_1", [(500, fault("2001 Error: decodificación").decode().encode("latin-1"))], refused("TryLater", "body_failed", "2001")),
    Story("maintenance", [(503, HTML)], refused("TryLater", "server_error", "503")),
    Story("maintenance_with_200", [(200, HTML)], refused("UnexpectedAnswer", "not_soap")),
    Story("nothing", [(200, b"")], refused("UnexpectedAnswer", "not_xml")),
]


class Seal:
    """Signs with xmlsec1 and a key of its own."""

    def __init__(self, folder: Path) -> None:
        key, certificate = Authority(folder / "authority").issue("S2800001B", "SELLO DE EJEMPLO")
        self._key_file, self._draft = folder / "key.pem", folder / "draft.xml"
        self._key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        self._token = "".join(certificate.public_bytes(Encoding.PEM).decode().splitlines()[1:-1])

    def signed(self, content: str) -> bytes:
        self._draft.write_text(HEAD % (self._token, REFERENCE % "Id-BODY", REFERENCE % "Id-TS", content))
        ids = ["--id-attr:Id", "Body", "--id-attr:Id", "Timestamp"]
        command = ["xmlsec1", "--sign", *ids, "--privkey-pem", str(self._key_file), str(self._draft)]
        return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout


def write(story: Story, seal: Seal) -> None:
    replies = []
    for number, answer in enumerate(story.answers, 1):
        status, content = (200, seal.signed(answer)) if isinstance(answer, str) else answer
        file = FOLDER / f"{story.name}.{number}.xml"
        file.write_bytes(content.replace(*story.after_signing) if story.after_signing[0] else content)
        replies.append({"file": file.name, "status": status})
    mailbox = {"body": "dehu", "via": story.via, "holder_tax_id": HOLDER, "holder_name": "EMPRESA SL"}
    told = {"mailbox": mailbox, "now": NOW, "replies": replies} | story.expected
    (FOLDER / f"{story.name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    with tempfile.TemporaryDirectory() as folder:
        seal = Seal(Path(folder))
        for story in STORIES:
            write(story, seal)


if __name__ == "__main__":
    main()
