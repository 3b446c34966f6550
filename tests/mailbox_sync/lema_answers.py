"""LEMA's answers as the annex of its specification writes them, built from rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from services.mailbox_sync import ws_security
from services.mailbox_sync.identity import Identity

NS = "http://administracion.gob.es/punto-unico-notificaciones/respuestaLocaliza"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
PAGE_SIZE = 50
ITEM = """<ns1:item><ns1:identificador>{reference}</ns1:identificador><ns1:codigoOrigen>{origin}</ns1:codigoOrigen>
 <ns1:concepto>Requerimiento {reference}</ns1:concepto>
 <ns1:organismoEmisor><ns1:codigoOrganismo>E00000001</ns1:codigoOrganismo><ns1:nombreOrganismo>Organismo</ns1:nombreOrganismo></ns1:organismoEmisor>
 <ns1:organismoEmisorRaiz><ns1:codigoOrganismo>E00000000</ns1:codigoOrganismo><ns1:nombreOrganismo>Ministerio</ns1:nombreOrganismo></ns1:organismoEmisorRaiz>
 <ns1:fechaPuestaDisposicion>2026-09-29T10:15:00+02:00</ns1:fechaPuestaDisposicion><ns1:tipoEnvio>2</ns1:tipoEnvio><ns1:vinculo>1</ns1:vinculo>
 <ns1:titular><ns1:nombreTitular>EMPRESA SL</ns1:nombreTitular><ns1:nifTitular>{holder}</ns1:nifTitular></ns1:titular></ns1:item>"""


@dataclass(frozen=True)
class Totals:
    """The three numbers of the paging options."""

    results: int
    pages: int
    page: int


def listing(items: Sequence[str], totals: Totals, holder: str = "B12345674") -> str:
    """The element RespuestaLocaliza around ready `items`."""
    options = {"totalResultados": totals.results, "totalPag": totals.pages, "paginaActual": totals.page}
    said = "".join(f'<ns1:opcion tipo="dehu.paginador.{name}">{value}</ns1:opcion>' for name, value in options.items())
    return (
        f'<ns1:RespuestaLocaliza xmlns:ns1="{NS}"><ns1:codigoRespuesta>200</ns1:codigoRespuesta><ns1:descripcionRespuesta>'
        f'Resultado de la consulta ("{len(items)}" envios)</ns1:descripcionRespuesta><ns1:nifPeticion>{holder}</ns1:nifPeticion>'
        f"<ns1:envios>{''.join(items)}</ns1:envios><ns1:hayMasResultados>false</ns1:hayMasResultados>"
        f"<ns1:opcionesRespuestaLocaliza>{said}</ns1:opcionesRespuestaLocaliza></ns1:RespuestaLocaliza>"
    )


def item(number: int, holder: str = "B12345674") -> str:
    return ITEM.format(reference=f"a1b2c3d4e5f6{number:08d}", origin=2, holder=holder)


def page_of(rows: Sequence[int], page: int, size: int = PAGE_SIZE) -> str:
    """Page `page` of a mailbox that holds `rows`, as LEMA would answer it."""
    total_pages = -(-len(rows) // size)
    shown = rows[(page - 1) * size : page * size]
    return listing([item(row) for row in shown], Totals(len(rows), total_pages, page))


def signed(content: str, identity: Identity, now: datetime) -> bytes:
    """`content` in an envelope signed in the form of the official samples: rsa-sha256 with SHA-1 digests."""
    return ws_security.sign(etree.fromstring(content), identity, now, "rsa-sha256", "sha1")


def unsigned(content: str) -> bytes:
    return f'<env:Envelope xmlns:env="{ENVELOPE}"><env:Body>{content}</env:Body></env:Envelope>'.encode()


def fault(words: str, code: str = "Receiver") -> bytes:
    return unsigned(f"<env:Fault><faultcode>{code}</faultcode><faultstring>{words}</faultstring></env:Fault>")


def asked_page(request: bytes) -> int:
    """The page that a request asks for: the first when it names none."""
    asked = etree.fromstring(request).iter("{*}opcion")
    return next((int(one.text or "") for one in asked if one.get("tipo") == "dehu.paginador.pagina"), 1)
