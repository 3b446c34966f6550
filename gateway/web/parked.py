"""Aparcados: what the services heard about the firm and could not deal with, as counts. Dealing with it is the operator's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web.health import unless_away
from gateway.web.window import window
from services.contracts.errors import NotAllowed

SERVICES: Final[dict[Any, Callable[[Any], Any]]] = {
    _("Personas y permisos"): lambda ask: ask.access.parked_summary(),
    _("Entrada"): lambda ask: ask.sign_in.parked_summary(),
    _("Clientes"): lambda ask: ask.clients.parked_summary(),
    _("Certificados"): lambda ask: ask.keyring.parked_summary(),
    _("Rastro"): lambda ask: ask.audit.parked_summary(),
    _("Buzones"): lambda ask: ask.mailbox_sync.parked_summary(),
    _("Tablón edictal"): lambda ask: ask.teu_watcher.parked_summary(),
    _("Notificaciones"): lambda ask: ask.notifications.parked_summary(),
    _("Navegador"): lambda ask: ask.browser.parked_summary(),
}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/aparcados", view_func=parked)


def parked() -> Any:
    with session.services() as ask:
        if "settings.manage" not in ask.access.me()["capabilities"]:
            raise NotAllowed(gettext("Su rol no le permite ver los eventos aparcados. Pídaselo a quien administra el despacho."))
    found = {service: unless_away(look) for service, look in SERVICES.items()}
    with session.services() as ask:
        rows = [{"service": service, **row} for service, summary in found.items() for row in summary or ()]
        return window(ask, "parked/list.html", rows=rows, away=[service for service, summary in found.items() if summary is None])
