"""What the browsers know of clients: kept from facts, newer versions win; one that a call names and that is not known is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from services.browser.models import Client
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.chassis.learning import Learning, ids_in
from services.contracts.events import ClientFacts

if TYPE_CHECKING:
    from services.browser.service import BrowserService


def known_ids(db: UnitOfWork, ids: set[str]) -> Iterable[str]:
    return db.scalars(select(Client.id).where(Client.id.in_(ids)))


def keep_clients(db: UnitOfWork, told: Sequence[ClientFacts]) -> None:
    blank = {"tenant_id": db.asking.tenant_id, "name": "", "group_ids": [], "is_archived": False, "version": 0}
    ids = [one.client_id for one in told]
    insert_new(db, Client, [blank | {"id": client_id} for client_id in ids], Client.id)
    known = {row.id: row for row in db.scalars(select(Client).where(Client.id.in_(ids)))}
    for one in told:
        row = known[one.client_id]
        if row.version < one.version:
            row.name, row.group_ids, row.is_archived, row.version = one.name, list(one.group_ids), one.is_archived, one.version


def told(service: BrowserService, asking: Asking, ids: list[str]) -> list[ClientFacts]:
    return ClientFacts.told(service.clients.asking(asking).facts(ids))


CLIENTS = Learning(known_ids, told, keep_clients)


def learn_client(service: BrowserService, asking: Asking, client_id: Any) -> None:
    CLIENTS.learn(service, asking, ids_in(client_id))
