"""Everything ever received for a client, and a pane to read one. Reading here opens nothing at the public body."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.web import names
from gateway.web.client_window import client_window, names_of
from gateway.web.lists import asked, paged
from services.contracts.errors import NotFound
from services.contracts.schemas.notifications import NotificationsPage


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/<client_id>/notificaciones", view_func=client_notifications)
    pages.add_url_rule("/clientes/<client_id>/notificaciones/<notification_id>", view_func=client_notifications)


def client_notifications(client_id: str, notification_id: str = "") -> Any:
    with session.services() as ask:
        client = ask.clients.client(client_id)
        page = asked(NotificationsPage, sort="-available_at")
        found = paged(lambda wanted: received(ask, wanted), page | {"client": client_id})
        opened = one_of(ask, client_id, notification_id) if notification_id else None
        people = names_of(ask, filter(None, (opened["assignee_id"], opened["opened_by"]))) if opened else {}
        return client_window(ask, "notifications", client, found=found, page=page, opened=opened, people=people, names=names)


def received(ask: Any, page: dict[str, Any]) -> dict[str, Any]:
    """A page of a client that is seen; empty while the inbox has not yet heard of one that is new."""
    try:
        return ask.notifications.notifications(page)
    except NotFound:
        return {"items": [], "total": 0, "page": 1, "page_size": page["page_size"]}


def one_of(ask: Any, client_id: str, notification_id: str) -> dict[str, Any]:
    """Raises NotFound also for one of another client."""
    found = ask.notifications.notification(notification_id)
    if found["client_id"] != client_id:
        raise NotFound()
    return found
