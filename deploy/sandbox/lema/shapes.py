"""What may be asked of LEMA: six elements, their children in order, and the first checks of their values.

Source: LEMA specification v3.0, section 3, tables of each operation. The order of the children is the schema's (xs:sequence), so an
element out of place is a 1001, as is an unknown one. XML is read without entities, network or document type.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree
from stdnum.es import nif

from ..mailboxes import MADRID
from .codes import Refused
from .xml import LEMA, SOAP

PENDING_PATH, REALIZED_PATH = "/ws/v2/lema", "/ws/v1/realizadas"
PAGE_OPTION = "dehu.paginador.pagina"
_SEARCH = ("nifTitular?", "nifDestinatario?", "codigoDestino?", "fechaDesde?", "fechaHasta?", "tipoEnvio?")
_ITEM = ("identificador", "codigoOrigen")
# Operation → path, last part of its namespace, children; a question mark is an optional child.
OPERATIONS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Localiza": (PENDING_PATH, "localiza", (*_SEARCH, "opcionesLocaliza?")),
    "PeticionAcceso": (
        PENDING_PATH,
        "peticionAcceso",
        (*_ITEM, "nifReceptor", "nombreReceptor", "evento", "concepto", "opcionesPeticionAcceso?"),
    ),
    "ConsultaAnexos": (PENDING_PATH, "consultaAnexos", ("nifReceptor", *_ITEM, "referencia", "opcionesConsultaAnexos?")),
    "ConsultaAcusePdf": (PENDING_PATH, "consultaAcusePdf", ("nifReceptor", *_ITEM, "identificadorAcusePdf", "opcionesConsultaAcusePdf?")),
    "LocalizaRealizadas": (REALIZED_PATH, "localizaRealizadas", (*_SEARCH, "pagina?", "opcionesLocalizaRealizadas?")),
    "ConsultaRealizadas": (
        REALIZED_PATH,
        "consultaRealizadas",
        (*_ITEM, "nifPeticion", "nombrePeticion", "concepto", "opcionesConsultaRealizadas?"),
    ),
}
_NIFS = ("nifTitular", "nifDestinatario", "nifReceptor", "nifPeticion")


@dataclass(frozen=True)
class Asking:
    """One operation asked for: its leaves by name (those of `identificadorAcusePdf` too), the names of its children, its options."""

    operation: str
    values: dict[str, str]
    children: tuple[str, ...]
    options: dict[str, str]

    def get(self, name: str) -> str:
        """A leaf's text without the blanks around it; empty when it is absent."""
        return self.values.get(name, "").strip()

    @property
    def holder_tax_id(self) -> str:
        """Whose items a listing asks for; empty for an operation on one item."""
        return self.get("nifTitular") or self.get("nifDestinatario")


def read_envelope(document: bytes) -> etree._Element:
    """The SOAP envelope of a request. Raises Refused 1001."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        envelope = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Refused("1001") from None
    if envelope.getroottree().docinfo.doctype or envelope.tag != f"{{{SOAP}}}Envelope":
        raise Refused("1001")
    return envelope


def read_asking(envelope: etree._Element, path: str) -> Asking:
    """The operation in the Body, not yet checked beyond being one that `path` serves. Raises Refused 1001."""
    body = envelope.find(f"{{{SOAP}}}Body")
    elements = [] if body is None else [element for element in body if isinstance(element.tag, str)]
    if len(elements) != 1:
        raise Refused("1001")
    name = etree.QName(elements[0])
    served, namespace, _ = OPERATIONS.get(name.localname, ("", "", ()))
    if served != path or name.namespace != LEMA + namespace:
        raise Refused("1001", name.localname)
    children = [child for child in elements[0] if isinstance(child.tag, str)]
    if any(etree.QName(child).namespace != name.namespace for child in children):
        raise Refused("1001")
    leaves = {etree.QName(leaf).localname: leaf.text or "" for leaf in [*children, *elements[0].iterfind("{*}identificadorAcusePdf/{*}*")]}
    options = {(option.get("tipo") or "").strip(): (option.text or "").strip() for option in elements[0].iter("{*}opcion")}
    return Asking(name.localname, leaves, tuple(etree.QName(child).localname for child in children), options)


def check(asking: Asking) -> None:
    """Order and presence of the children, NIFs and numbers. Raises Refused 1001, 1201 or 1210."""
    known = OPERATIONS[asking.operation][2]
    order = [field.rstrip("?") for field in known]
    if any(child not in order for child in asking.children):
        raise Refused("1001")
    places = [order.index(child) for child in asking.children]
    if places != sorted(set(places)):
        raise Refused("1001")
    for field in known:
        if not field.endswith("?") and (field not in asking.children or not (asking.get(field) or field == "identificadorAcusePdf")):
            raise Refused("1210", field)
    for field in _NIFS:
        if asking.get(field) and not nif.is_valid(asking.get(field)):
            raise Refused("1201", field)
    if "codigoOrigen" in asking.values and not asking.get("codigoOrigen").isdigit():
        raise Refused("1201", "codigoOrigen")


def instant(asking: Asking, field: str) -> datetime | None:
    """A date and time; without an offset it is Madrid's. Raises Refused 1202."""
    value = asking.get(field)
    if not value:
        return None
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", value):
        raise Refused("1202", field)
    try:
        seen = datetime.fromisoformat(value)
    except ValueError:
        raise Refused("1202", field) from None
    return seen if seen.tzinfo else seen.replace(tzinfo=MADRID)


def window(asking: Asking, today: date) -> tuple[datetime | None, datetime | None]:
    """The dates searched between. Raises Refused 1202, 4203, or 4207 for a day that is not over yet, as production does."""
    since, until = instant(asking, "fechaDesde"), instant(asking, "fechaHasta")
    if since and until and until < since:
        raise Refused("4203")
    if until and until.astimezone(MADRID).date() >= today:
        raise Refused("4207")
    return since, until
