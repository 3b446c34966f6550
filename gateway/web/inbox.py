"""The inbox: what waits, nearest deadline first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web.lists import asked
from gateway.web.window import window
from services.contracts.schemas.notifications import NotificationsPage

TRAYS = {"pending": _("Pendientes"), "in_progress": _("En trámite"), "closed": _("Cerradas")}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/", view_func=inbox)
    pages.add_url_rule("/notificaciones", view_func=inbox)


def inbox() -> Any:
    page = asked(NotificationsPage, tray="pending")
    with session.services() as ask:
        found = ask.notifications.notifications(page)
        names = ask.clients.names(sorted({item["client_id"] for item in found["items"]}))
        return window(ask, "inbox/list.html", found=found, page=page, trays=TRAYS, names=names)
