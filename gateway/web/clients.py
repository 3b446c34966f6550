"""Listado de clientes: search as you type, filters as chips in the address, order, pages, views, bulk acts, import and export."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web.bulk import ACTIONS
from gateway.web.lists import asked
from gateway.web.views import address_of
from gateway.web.window import window
from services.contracts.schemas.clients import ClientsPage

CERTIFICATES = {"valid": _("Vigente"), "expiring": _("Por caducar"), "expired": _("Caducado"), "none": _("Sin certificado")}
TONES = {"valid": "green", "expiring": "yellow", "expired": "red", "none": "secondary"}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes", view_func=clients)


def clients() -> Any:
    """The page is asked for together with what stands around it: three answers in the time of the slowest."""
    page = asked(ClientsPage)
    with session.services() as ask:
        asked_groups = ask.access.groups.call_async({"page": 1, "page_size": 200})
        asked_views = ask.clients.views.call_async()
        found = ask.clients.clients(page)
        groups, views = asked_groups.result()["items"], asked_views.result()
        return window(
            ask,
            "clients/list.html",
            found=found,
            page=page,
            groups={group["id"]: group["name"] for group in groups},
            views=[view | {"address": address_of(view)} for view in views],
            actions={name: label for name, (label, _wanted) in ACTIONS.items()},
            certificates=CERTIFICATES,
            tones=TONES,
            applied=applied(page, groups),
        )


def applied(page: dict[str, Any], groups: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    """The filters that are on, as (parameter, words)."""
    names = {group["id"]: group["name"] for group in groups}
    said = {
        "q": lambda value: f"«{value}»",
        "group": lambda value: names.get(value, _("Grupo")),
        "certificate": lambda value: ", ".join(str(CERTIFICATES[one]) for one in value.split(",")),
        "archived": lambda value: _("Archivados"),
        "warning": lambda value: _("Con avisos"),
        "pending": lambda value: _("Con pendientes"),
        "flag": lambda value: _("Por casillas"),
        "stale_hours": lambda value: _("Sin consulta completa reciente"),
        "read_by_before": lambda value: _("Vencen antes del %(day)s", day=value),
    }
    return [(name, words(page[name])) for name, words in said.items() if page.get(name)]
