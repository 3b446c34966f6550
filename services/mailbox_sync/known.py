"""Clients that a call names and that may still be on their way here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.learning import Learning, ids_in
from services.contracts.events import ClientFacts
from services.mailbox_sync.facts import keep_clients
from services.mailbox_sync.models import Client

if TYPE_CHECKING:
    from services.mailbox_sync.service import MailboxSyncService


def known_ids(db: UnitOfWork, ids: set[str]) -> Iterable[str]:
    return db.scalars(select(Client.id).where(Client.id.in_(ids)))


def told(service: MailboxSyncService, asking: Asking, ids: list[str]) -> list[ClientFacts]:
    return ClientFacts.told(service.clients.asking(asking).facts(ids))


CLIENTS = Learning(known_ids, told, keep_clients)


def learn_clients(service: MailboxSyncService, asking: Asking, client_ids: Any) -> None:
    CLIENTS.learn(service, asking, ids_in(client_ids))
