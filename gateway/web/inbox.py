"""The inbox: three trays, the list and beside it a notification to read. Nothing here opens anything at a public body.

The address says all: its path which notification is read, its parameters which list stands beside it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, request
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.errors import refused
from gateway.web import names
from gateway.web.every import every
from gateway.web.inbox_filters import ORDERS, applied, horizons
from gateway.web.lists import MADRID, asked, paged
from gateway.web.names import TRAYS
from gateway.web.window import window
from services.contracts.errors import Refusal
from services.contracts.schemas.notifications import NotificationsPage

Json = dict[str, Any]
INBOX: Final = "/notificaciones"
FOLLOWING: Final = {"pending": ("in_progress", _("Empezar a tramitar")), "in_progress": ("closed", _("Dar por cerrada"))}


def register(pages: Blueprint) -> None:
    pages.add_app_template_filter(names.body, "body")
    pages.add_url_rule("/", view_func=inbox)
    pages.add_url_rule(INBOX, view_func=inbox)
    pages.add_url_rule(f"{INBOX}/<notification_id>", view_func=notification)


def inbox() -> Any:
    with session.services() as ask:
        return shown(ask)


def notification(notification_id: str) -> Any:
    with session.services() as ask:
        return shown(ask, ask.notifications.notification(notification_id))


def shown(ask: Any, item: Json | None = None, refusal: Refusal | None = None, theirs: list[tuple[Any, str]] | None = None) -> Any:
    """The inbox, with one notification to read if there is one; `theirs`: what somebody else has made of it meanwhile, in words."""
    page = asked(NotificationsPage, tray=item["processing_state"] if item else "pending")
    found = paged(ask.notifications.notifications, page)
    groups = every(ask.access.groups, sort="name")
    called = {
        "clients": ask.clients.names(clients_of(page, found["items"], item)),
        "people": names.people(ask),
        "groups": {group["id"]: group["name"] for group in groups},
    }
    listed: Json = {"found": found, "page": page, "trays": trays(ask, page, found), "applied": applied(page, called)}
    offered: Json = {"names": names, "orders": ORDERS, "horizons": horizons(), "address_of": address_of}
    pane = {"item": item, "refusal": refusal, "theirs": theirs, **about(item, found["items"])}
    response = window(ask, "inbox/list.html", **called, **listed, **offered, **pane)
    return refused(response, refusal) if refusal else response


def about(item: Json | None, items: list[Json]) -> Json:
    """What the pane needs beside the notification itself."""
    if item is None:
        return {}
    published_on = datetime.fromisoformat(item["available_at"]).astimezone(MADRID).date().isoformat()
    return {"next": next_of(items, item["id"]), "following": FOLLOWING.get(item["processing_state"]), "published_on": published_on}


def next_of(items: list[Json], item_id: str) -> str:
    """What is read when this one has left the tray: the one below it, above it for the last; nothing when it was the only one."""
    ids = [one["id"] for one in items]
    if item_id not in ids:
        return ""
    place = ids.index(item_id)
    return next(iter([*ids[place + 1 :], *reversed(ids[:place])]), "")


def clients_of(page: Json, items: list[Json], item: Json | None) -> list[str]:
    named = {one["client_id"] for one in items} | ({item["client_id"]} if item else set())
    return sorted(named | ({page["client"]} if "client" in page else set()))


def trays(ask: Any, page: Json, found: Json) -> list[Json]:
    """Each with its words, its address and how much of it fits the filters."""

    def count(tray: str) -> int:
        if tray == page.get("tray"):
            return found["total"]
        return ask.notifications.notifications(page | {"tray": tray, "page": 1, "page_size": 1})["total"]

    return [
        {"id": tray, "words": words, "count": count(tray), "address": address_of(tray=tray, page=None)} for tray, words in TRAYS.items()
    ]


def address_of(below: str = "", /, **changes: Any) -> str:
    """The list, or what is below it, with the parameters of this address and some of them changed; None takes one away."""
    wanted = {name: value for name, value in {**request.args.to_dict(), **changes}.items() if value}
    return INBOX + below + (f"?{urlencode(wanted)}" if wanted else "")
