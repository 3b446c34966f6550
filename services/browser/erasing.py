"""What `browser` holds of a client, destroyed. A session that loses its row is ended by who keeps it."""

from __future__ import annotations

from collections.abc import Sequence

from services.browser.models import Client, Session
from services.chassis.database import UnitOfWork
from services.chassis.holdings import destroy_of_clients

BY_CLIENT = (Session.client_id, Client.id)


def forget(db: UnitOfWork, client_ids: Sequence[str]) -> None:
    destroy_of_clients(db, BY_CLIENT, client_ids)
