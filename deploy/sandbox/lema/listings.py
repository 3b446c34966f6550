"""The two listings, which have no legal effect: `Localiza` (pending) and `LocalizaRealizadas` (done in the last days).

Both answer in pages of 50. Which page base the second uses is not written anywhere; here 0 and 1 are both the first. The faults
`repeat_row, lose_row, reorder, shifted_page, changed_page` act here, on the rows of one page, and leave the totals as they were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from ..mailboxes import MADRID, PENDING, Notice
from ..world import World
from .codes import Refused
from .shapes import PAGE_OPTION, Asking, window
from .visits import BODY, Visit, shown
from .xml import LEMA, Writer


@dataclass(frozen=True)
class Page:
    """The rows of one page and the counts beside them."""

    rows: list[Notice]
    number: int
    pages: int
    total: int


def localiza(visit: Visit) -> str:
    """RespuestaLocaliza."""
    since, until = window(visit.asking, _today(visit.world))
    keep = _wanted(visit.asking)
    notices = _search(visit, lambda notice: notice.state == PENDING and keep(notice) and _between(notice.available_at, since, until))
    page = _page(visit, notices, visit.asking.options.get(PAGE_OPTION, "1"), first=1)
    write = Writer("ns1")
    rows = [write.tree("item", *_item(write, notice, visit.certificate)) for notice in page.rows]
    counts = (("totalResultados", page.total), ("totalPag", page.pages), ("paginaActual", page.number))
    return write.answer(
        "RespuestaLocaliza",
        LEMA + "respuestaLocaliza",
        *_opening(write, visit, page),
        _rows(write, visit, rows),
        write("hayMasResultados", "true" if page.number < page.pages else "false"),
        write.tree("opcionesRespuestaLocaliza", *(write.option("dehu.paginador." + name, value) for name, value in counts)),
    )


def localiza_realizadas(visit: Visit) -> str:
    """RespuestaLocalizaRealizadas: by the day of the last state, nothing older than the settings' days."""
    since, until = window(visit.asking, _today(visit.world))
    oldest = visit.world.clock.now() - timedelta(days=visit.world.settings.realized_days)
    if since and since < oldest:
        raise Refused("4224", visit.asking.get("fechaDesde"))
    keep = _wanted(visit.asking)
    notices = _search(
        visit,
        lambda notice: notice.done_at is not None and notice.done_at >= oldest and keep(notice) and _between(notice.done_at, since, until),
    )
    asked = visit.asking.get("pagina") or "0"
    page = _page(visit, notices, "1" if asked == "0" else asked, first=1)
    write = Writer("lre")
    rows = [write.tree("item", *_done_item(write, notice, visit.certificate)) for notice in page.rows]
    return write.answer(
        "RespuestaLocalizaRealizadas",
        LEMA + "localizaRealizadas",
        *_opening(write, visit, page),
        _rows(write, visit, rows),
        write("totalPaginas", page.pages),
        write("paginaActual", page.number),
    )


def _today(world: World) -> date:
    return world.clock.now().astimezone(MADRID).date()


def _search(visit: Visit, keep: Callable[[Notice], bool]) -> list[Notice]:
    """The notices of the person asked for, once it is clear that this certificate may ask. Raises Refused 4101, 4202 or 4211."""
    holder, addressee = visit.asking.get("nifTitular"), visit.asking.get("nifDestinatario")
    if not holder and not addressee:
        raise Refused("4202")
    if holder and addressee and holder != addressee:
        raise Refused("4211")
    if addressee and addressee != visit.certificate:
        raise Refused("4101", "nifDestinatario")
    if holder and not visit.world.registrations.may_ask_for(visit.certificate, holder):
        raise Refused("4101", "nifTitular")
    roles = {"holder_tax_id": holder, "addressee_tax_id": addressee}
    return visit.world.mailboxes.of(
        BODY,
        holder or addressee,
        lambda notice: keep(notice) and any(person and getattr(notice, role) == person for role, person in roles.items()),
    )


def _wanted(asking: Asking) -> Callable[[Notice], bool]:
    kind = asking.get("tipoEnvio")
    if kind not in ("", "1", "2"):
        raise Refused("1205", "tipoEnvio")
    return lambda notice: not kind or notice.is_notification == (kind == "2")


def _between(instant: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or instant >= since) and (until is None or instant <= until)


def _page(visit: Visit, notices: list[Notice], asked: str, first: int) -> Page:
    if not asked.isdigit() or int(asked) < first:
        raise Refused("1215")
    size, number = visit.world.settings.page_size, int(asked)
    pages = -(-len(notices) // size)
    if number > max(pages, 1):
        raise Refused("1216")
    shift = 1 if "shifted_page" in visit.struck and number > 1 else 0
    rows = notices[(number - 1) * size - shift : number * size - shift]
    return Page(_spoilt(rows, visit.struck), number, pages, len(notices) + shift)


def _spoilt(rows: list[Notice], struck: dict[str, Any]) -> list[Notice]:
    if "lose_row" in struck:
        rows = rows[:-1]
    if "repeat_row" in struck:
        rows = rows + rows[:1]
    return rows[::-1] if "reorder" in struck else rows


def _opening(write: Writer, visit: Visit, page: Page) -> tuple[str, str, str]:
    return (
        write("codigoRespuesta", "200"),
        write("descripcionRespuesta", f'Resultado de la consulta ("{page.total}" envios)'),
        write("nifPeticion", visit.asking.holder_tax_id),
    )


def _rows(write: Writer, visit: Visit, rows: list[str]) -> str:
    """`envios`; under the fault `changed_page` the same rows stand in an element that no client knows."""
    if "changed_page" in visit.struck:
        return write.tree("listaEnvios", *rows)
    return write.tree("envios", *rows) if rows else ""


def _head(write: Writer, notice: Notice) -> list[str]:
    offices = (("organismoEmisor", notice.issuer), ("organismoEmisorRaiz", notice.issuer_root))
    return [
        write("identificador", notice.reference),
        write("codigoOrigen", notice.origin_code),
        write("concepto", notice.subject),
        write("descripcion", notice.description) if notice.description else "",
        *(write.tree(name, write("codigoOrganismo", office.code), write("nombreOrganismo", office.name)) for name, office in offices),
        write("fechaPuestaDisposicion", shown(notice.available_at)),
        write("tipoEnvio", 2 if notice.is_notification else 1),
    ]


def _holder(write: Writer, notice: Notice, certificate: str) -> list[str]:
    bond = 1 if certificate == notice.holder_tax_id else 2 if certificate == notice.addressee_tax_id else 3
    return [
        write("vinculo", bond),
        write.tree("titular", write("nombreTitular", notice.holder_name), write("nifTitular", notice.holder_tax_id)),
    ]


def _item(write: Writer, notice: Notice, certificate: str) -> list[str]:
    return _head(write, notice) + _holder(write, notice, certificate)


def _done_item(write: Writer, notice: Notice, certificate: str) -> list[str]:
    receiver = write.tree(
        "receptor",
        write("nombreReceptor", notice.opened_by or notice.holder_name),
        write("nifReceptor", notice.opened_by or notice.holder_tax_id),
    )
    return [
        *_head(write, notice),
        write("postal", "false"),
        write("estado", notice.state),
        *_holder(write, notice, certificate),
        receiver if notice.opened_by or notice.opened_elsewhere else "",
        write("csvResguardo", notice.csv),
    ]
