"""Tablón edictal: the edicts that name clients, each with the row that does, and which days of the bulletin were read."""

from __future__ import annotations

import re
from typing import Any, Final

from flask import Blueprint
from flask_babel import lazy_gettext as _
from markupsafe import Markup

from gateway import session
from gateway.web.lists import asked, day, here, paged
from gateway.web.names import TRAYS
from gateway.web.window import window
from services.contracts.schemas.edicts import EdictsPage

Json = dict[str, Any]
EDICTS: Final = "/edictos"
MATCHES: Final = {"on_reading": _("Al leer el boletín"), "afterwards": _("Después: ya estaba publicado")}
REGIMES: Final = {"general": _("General"), "tax": _("Tributario"), "traffic": _("Tráfico")}
BETWEEN: Final = r"[\s.\-/]*"


def register(pages: Blueprint) -> None:
    pages.add_url_rule(EDICTS, view_func=edicts)
    pages.add_url_rule(f"{EDICTS}/<edict_id>", view_func=edict)


def edicts() -> Any:
    page = asked(EdictsPage, tray="pending")
    with session.services() as ask:
        found = paged(ask.teu_watcher.edicts, page)
        clients = clients_of(ask, found["items"], page.get("client"))
        listed: Json = {"found": found, "page": page, "trays": trays(ask, page, found), "applied": applied(page, clients)}
        words: Json = {"clients": clients, "matches": MATCHES, "regimes": REGIMES, "marked": marked}
        return window(ask, "edicts/list.html", coverage=ask.teu_watcher.coverage(), **listed, **words)


def edict(edict_id: str) -> Any:
    with session.services() as ask:
        one = ask.teu_watcher.edict(edict_id)
        words: Json = {"matches": MATCHES, "regimes": REGIMES, "tray_names": TRAYS, "marked": marked}
        return window(ask, "edicts/edict.html", edict=one, clients=clients_of(ask, [one]), **words)


def clients_of(ask: Any, items: list[Json], also: str | None = None) -> Json:
    return ask.clients.names(sorted({one["client_id"] for one in items} | ({also} if also else set())))


def trays(ask: Any, page: Json, found: Json) -> list[Json]:
    """Each with its words, its address and how many edicts of it fit the filters."""

    def count(tray: str) -> int:
        if tray == page.get("tray"):
            return found["total"]
        return ask.teu_watcher.edicts(page | {"tray": tray, "page": 1, "page_size": 1})["total"]

    return [{"id": tray, "words": words, "count": count(tray), "address": here(tray=tray, page=None)} for tray, words in TRAYS.items()]


def applied(page: Json, clients: Json) -> list[tuple[str, Any]]:
    """The filters that are on, as (parameter, words)."""
    said = {
        "client": lambda value: clients.get(value, _("Un cliente")),
        "date": lambda value: _("Publicados el %(day)s", day=day(value)),
        "match": lambda value: MATCHES.get(value, _("Cómo se encontraron")),
    }
    return [(name, words(page[name])) for name, words in said.items() if page.get(name)]


def marked(row: str, tax_id: str) -> Markup:
    """The row with the tax id marked, however the bulletin prints it: 12345678-Z, 12.345.678 Z."""
    if not tax_id:
        return Markup.escape(row)
    found = re.compile(f"({BETWEEN.join(map(re.escape, tax_id))})", re.IGNORECASE)
    parts = [Markup("<mark>%s</mark>") % part if place % 2 else Markup.escape(part) for place, part in enumerate(found.split(row))]
    return Markup("").join(parts)
