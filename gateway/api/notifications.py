"""The inbox."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from services.contracts.schemas.notifications import Deadline, Notification, NotificationChanges, NotificationsPage
from services.contracts.schemas.paging import paged

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/api/notifications")
@describes("The notifications that I may see", query=NotificationsPage, answer=paged(Notification))
def notifications(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.notifications.notifications(page)


@blueprint.get("/api/notifications/<notification_id>")
@describes("One notification", answer=Notification)
def notification(notification_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.notifications.notification(notification_id)


@blueprint.patch("/api/notifications/<notification_id>")
@describes("Change processing state, reminder or assignee", body=NotificationChanges, answer=Notification)
def change(notification_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.notifications.change(notification_id, body)


@blueprint.get("/api/notifications/<notification_id>/deadlines")
@describes("Its deadlines and how each was computed", answer=listed(Deadline))
def deadlines(notification_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.notifications.notification(notification_id)["deadlines"]}
