"""Buzones: all the mailboxes that one may see, how each is doing, and the way to its client."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web import names
from gateway.web.lists import asked, paged
from gateway.web.window import window
from services.contracts.schemas.mailboxes import MailboxesPage

STALE: Final = {"24": _("Más de un día"), "72": _("Más de 3 días"), "168": _("Más de una semana")}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/buzones", view_func=mailboxes)


def mailboxes() -> Any:
    page = asked(MailboxesPage)
    with session.services() as ask:
        found = paged(ask.mailbox_sync.mailboxes, page)
        client_ids = {one["client_id"] for one in found["items"]} | ({page["client"]} if "client" in page else set())
        clients = ask.clients.names(sorted(client_ids))
        listed = {"found": found, "page": page, "clients": clients, "applied": applied(page, clients)}
        return window(ask, "mailboxes/list.html", names=names, stale=STALE, **listed)


def applied(page: dict[str, Any], clients: dict[str, str]) -> list[tuple[str, Any]]:
    """The filters that are on, as (parameter, words)."""
    said = {
        "client": lambda value: clients.get(value, _("Un cliente")),
        "body": lambda value: names.several(names.BODIES, value),
        "state": lambda value: names.several(names.MAILBOX_STATES, value),
        "stale_hours": lambda value: _("Sin consulta completa en %(hours)s horas", hours=value),
    }
    return [(name, words(page[name])) for name, words in said.items() if page.get(name)]
