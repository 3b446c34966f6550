"""Portales: the list of sedes that are reached with a certificate, as this firm has it."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any, Final

from flask import Blueprint, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web.forms import SHOWN_AGAIN, page, version
from gateway.web.notices import then
from gateway.web.window import require, window
from services.contracts.errors import NotFound, Refusal, StaleVersion

Json = dict[str, Any]
PAGE: Final = "/portales"
KINDS: Final = {"access": _("Acceder al portal"), "register": _("Registrarse"), "sign_test": _("Prueba de firma electrónica")}
EMPTY: Final = {"kind": "access", "url": "", "label": ""}
SPARE: Final = 2


def register(pages: Blueprint) -> None:
    pages.add_url_rule(PAGE, view_func=portals)
    pages.add_url_rule(f"{PAGE}/nuevo", view_func=new_portal, methods=["GET", "POST"])
    pages.add_url_rule(f"{PAGE}/<portal_id>", view_func=portal, methods=["GET", "POST"])
    pages.add_url_rule(f"{PAGE}/<portal_id>/quitar", view_func=remove_portal, methods=["POST"])
    pages.add_url_rule(f"{PAGE}/<portal_id>/recuperar", view_func=restore_portal, methods=["POST"])


def portals() -> Any:
    with session.services() as ask:
        require(ask, "settings.manage")
        return listed(ask)


def listed(ask: Any) -> Any:
    found, removed = ask.mailbox_sync.portals(), ask.mailbox_sync.removed_portals()
    return window(ask, "portals/list.html", found=found, removed=removed, kinds=KINDS)


def new_portal() -> Any:
    with session.services() as ask:
        require(ask, "settings.manage")
        if request.method == "GET":
            return shown(ask, None, {"name": "", "actions": [EMPTY], "login_hosts": []})
        try:
            made = ask.mailbox_sync.add_portal(typed())
        except SHOWN_AGAIN as refusal:
            return shown(ask, None, typed(), refusal)
    return then(PAGE, gettext("Portal añadido: %(name)s", name=made["name"]))


def portal(portal_id: str) -> Any:
    with session.services() as ask:
        require(ask, "settings.manage")
        if request.method == "GET":
            found = find(ask, portal_id)
            return shown(ask, found, found)
        try:
            ask.mailbox_sync.change_portal(portal_id, {**typed(), "version": version()})
        except SHOWN_AGAIN as refusal:
            return shown(ask, find(ask, portal_id), typed(), refusal)
    return then(PAGE, gettext("Guardado."))


def remove_portal(portal_id: str) -> Any:
    with session.services() as ask:
        ask.mailbox_sync.remove_portal(portal_id, version())
    return then(PAGE, gettext("Portal quitado de la lista."))


def restore_portal(portal_id: str) -> Any:
    with session.services() as ask:
        ask.mailbox_sync.restore_portal(portal_id, {"version": version()})
    return then(PAGE, gettext("El portal vuelve a ser el de serie."))


def find(ask: Any, portal_id: str) -> Json:
    """Raises NotFound."""
    for found in ask.mailbox_sync.portals():
        if found["id"] == portal_id:
            return found
    raise NotFound()


def typed() -> Json:
    """The body of POST /api/portals that the form says: rows without an address are none, a host stands on a line of its own."""
    columns = (request.form.getlist(name) for name in EMPTY)
    rows = [dict(zip(EMPTY, row, strict=True)) for row in zip_longest(*columns, fillvalue="")]
    hosts = request.form.get("login_hosts", "").split()
    return {"name": request.form.get("name", ""), "actions": [row for row in rows if row["url"].strip()], "login_hosts": hosts}


def shown(ask: Any, portal: Json | None, stands: Json, refusal: Refusal | None = None) -> Any:
    """The form of a portal; `portal` is None for a new one. What is wrong with a row's address is said beside that row."""
    faults = refusal.errors if refusal else {}
    rows = [*stands["actions"], *[EMPTY] * SPARE]
    at = [" ".join(faults.get(f"actions.{number}.url", []) + faults.get(f"actions.{number}.label", [])) for number in range(len(rows))]
    lists = {"login_hosts": "\n".join(stands["login_hosts"]), "rows": list(zip(rows, at, strict=True))}
    values = {"portal": portal, "typed": {**stands, **lists}, "kinds": KINDS, "changed": differences(portal, stands, refusal)}
    return page(ask, "portals/portal.html", refusal, **values)


def differences(portal: Json | None, given: Json, refusal: Refusal | None) -> list[tuple[Any, Any]]:
    """What stands there now and is not what was typed, as (label, now)."""
    if portal is None or not isinstance(refusal, StaleVersion):
        return []
    said = {
        "name": (gettext("Nombre"), portal["name"]),
        "actions": (gettext("Acciones"), " · ".join(action["url"] for action in portal["actions"])),
        "login_hosts": (gettext("Otros servidores"), ", ".join(portal["login_hosts"]) or gettext("ninguno")),
    }
    return [line for name, line in said.items() if portal[name] != given[name]]
