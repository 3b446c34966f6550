"""What a person does with a notification inside the firm: its tray, their own reminder, who works on it. None of it has legal effect."""

from __future__ import annotations

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import Invalid, StaleVersion
from services.contracts.events import NotificationChanged
from services.contracts.rpc import Json
from services.contracts.sentences import said
from services.notifications.counting import count_anew
from services.notifications.known import is_active_user
from services.notifications.models import Notification

CHANGEABLE = ("processing_state", "process_by", "assignee_id")


def change(db: UnitOfWork, asking: Asking, notification: Notification, changes: Json) -> None:
    """`changes` as loaded by `schemas.notifications.NotificationChanges`. Raises StaleVersion or Invalid."""
    if changes["version"] != notification.version:
        raise StaleVersion()
    assignee_id = changes.get("assignee_id")
    if assignee_id and assignee_id != asking.user_id and not is_active_user(db, assignee_id):
        raise Invalid.field("assignee_id", said("No es una persona activa del despacho."))
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
