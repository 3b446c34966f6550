"""Listado de clientes: search as you type, filters as chips in the address, order, pages, views, bulk acts, import and export.

Its forms are sent with the list's own parameters in their address, so that one that was refused is shown again on the same list.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from flask import Blueprint, request
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from gateway import session
from gateway.web import forms
from gateway.web.bulk_actions import ACTIONS
from gateway.web.every import every, first_page
from gateway.web.lists import address, asked, day, here, paged, parameters
from services.contracts.errors import Refusal
from services.contracts.schemas.clients import ClientsPage

Json = dict[str, Any]
LIST: Final = "/clientes"
FILE: Final = "/api/clients/export.csv"
CERTIFICATES = {"valid": _("Vigente"), "expiring": _("Por caducar"), "expired": _("Caducado"), "none": _("Sin certificado")}
TONES = {"valid": "green", "expiring": "yellow", "expired": "red", "none": "secondary"}
WARNINGS: Final = {
    "any": _("Con avisos"),
    "odd_number": _("Un número no cuadra"),
    "social_security_without_number": _("Seguridad Social sin CCC ni NAF"),
    "certificate_expired": _("Certificado caducado"),
    "certificate_expires_in_7": _("Certificado: quedan 7 días o menos"),
    "certificate_expires_in_30": _("Certificado: quedan de 8 a 30 días"),
    "certificate_expires_in_60": _("Certificado: quedan de 31 a 60 días"),
    "certificate_of_another": _("Certificado de otro titular"),
    "notifications_off": _("Notificaciones deshabilitadas"),
    "edicts_off": _("Tablón sin vigilar"),
    "in_no_group": _("Sin grupo"),
}
ARCHIVED: Final = {"true": _("Archivados")}
WITH_A_CONTROL: Final = ("q", "group", "certificate", "warning", "archived")


def register(pages: Blueprint) -> None:
    pages.add_url_rule(LIST, view_func=clients)


def clients() -> Any:
    with session.services() as ask:
        return shown(ask)


def shown(ask: Any, refusal: Refusal | None = None, refused_at: str = "") -> Response:
    """The list, with what a form of it was sent; `refused_at`: which of them was refused, `bulk` or `view`.

    The page is asked for together with what stands around it, in one call to each of two services.
    """
    page = asked(ClientsPage)
    frame = ask.access.together.call_async({"me": [], "groups": [first_page()]})
    here_asked: Json = {"clients": [page], "views": []}
    listed = ask.clients.together(here_asked if is_swapped() else here_asked | {"sizes_of_views": []})
    of_access = frame.result()
    groups = {group["id"]: group["name"] for group in every(ask.access.groups, of_access["groups"])}
    sizes = listed.get("sizes_of_views", {})
    return forms.page(
        ask,
        "clients/list.html",
        refusal,
        refused_at=refused_at,
        me=of_access["me"],
        sent=request.form,
        found=paged(ask.clients.clients, page, listed["clients"]),
        page=page,
        groups=groups,
        views=[view | {"address": address_of(view), "size": sizes.get(view["id"])} for view in listed["views"]],
        actions={name: action for name, action in ACTIONS.items() if page["archived"] in action.archived},
        certificates=CERTIFICATES,
        warnings=WARNINGS,
        archived=ARCHIVED,
        tones=TONES,
        applied=applied(page, groups),
        here=partial(here, LIST),
        **addresses(page),
    )


def is_swapped() -> bool:
    """Whether only the list itself is wanted: what stands around it stays as it is (htmx)."""
    return request.headers.get("HX-Target") == "div#list"


def addresses(page: Json) -> Json:
    """The list as its forms carry it on, the file that holds the same, and what its search has no control for."""
    said = parameters(ClientsPage, page)
    unpaged = {name: value for name, value in said.items() if name not in ("page", "page_size")}
    carried = {name: value for name, value in said.items() if name not in (*WITH_A_CONTROL, "page")}
    return {"bulk": address(f"{LIST}/acciones", **said), "save": address(f"{LIST}/vistas", **said)} | {
        "exported": address(FILE, **unpaged),
        "carried": carried,
    }


def applied(page: Json, groups: dict[str, str]) -> list[tuple[str, Any]]:
    """The filters that are on, as (parameter, words)."""
    said = {
        "q": lambda value: f"«{value}»",
        "group": lambda value: groups.get(value, _("Grupo")),
        "certificate": lambda value: ", ".join(str(CERTIFICATES[one]) for one in value.split(",")),
        "archived": lambda value: ARCHIVED[value],
        "warning": lambda value: ", ".join(str(WARNINGS[one]) for one in value.split(",")),
        "pending": lambda value: _("Con pendientes") if value == "true" else _("Sin pendientes"),
        "flag": lambda value: _("Por casillas"),
        "stale_hours": lambda value: _("Sin consulta completa reciente"),
        "read_by_before": lambda value: _("Vencen antes del %(day)s", day=day(value)),
    }
    on = parameters(ClientsPage, page)
    return [(name, words(on[name])) for name, words in said.items() if name in on]


def address_of(view: Json) -> str:
    """The list as the view asks for it."""
    query = view["query"]
    return address(LIST, **parameters(ClientsPage, {"q": query["q"], "sort": query["sort"], **query["filters"]}))
