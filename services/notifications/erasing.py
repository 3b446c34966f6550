"""What `notifications` holds of a client, destroyed."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.database import UnitOfWork
from services.chassis.holdings import destroy_of_clients
from services.notifications.models import ClientGroup, Document, DocumentPart, KnownClient, Notification

BY_CLIENT = (DocumentPart.client_id, Document.client_id, Notification.client_id, ClientGroup.client_id, KnownClient.client_id)


def forget(db: UnitOfWork, client_ids: Sequence[str]) -> None:
    destroy_of_clients(db, BY_CLIENT, client_ids)
