"""What a person does with a notification inside the firm: its tray, their own reminder, who works on it. None of it has legal effect."""

from __future__ import annotations

from services.chassis.database import UnitOfWork
from services.contracts.errors import StaleVersion
from services.contracts.events import NotificationChanged
from services.contracts.rpc import Json
from services.notifications.counting import count_anew
from services.notifications.models import Notification

CHANGEABLE = ("processing_state", "process_by", "assignee_id")


def change(db: UnitOfWork, notification: Notification, changes: Json) -> None:
    """`changes` as loaded by `schemas.notifications.NotificationChanges`. Raises StaleVersion."""
    if changes["version"] != notification.version:
        raise StaleVersion()
    for name in CHANGEABLE:
        if name in changes:
            setattr(notification, name, changes[name])
    notification.version += 1
    db.publish(
        NotificationChanged(
            notification_id=notification.id,
            client_id=notification.client_id,
            processing_state=notification.processing_state,
            assignee_id=notification.assignee_id or "",
            version=notification.version,
            edict_id=notification.reference if notification.source == "edict" else "",
        )
    )
    if "processing_state" in changes:
        count_anew(db, [notification.client_id])
