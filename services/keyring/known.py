"""What the keyring knows of clients: kept from facts, newer versions win, whichever way they come.

Trap: somebody who has just made a client hands over its certificate before the fact is here. So a client that a call names and that is not
known yet is asked of `clients`, before anything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.chassis.learning import Learning, ids_in
from services.contracts.events import ClientFacts
from services.keyring.models import Client

if TYPE_CHECKING:
    from services.keyring.service import KeyringService


def known_ids(db: UnitOfWork, ids: set[str]) -> Iterable[str]:
    return db.scalars(select(Client.id).where(Client.id.in_(ids)))


def keep_clients(db: UnitOfWork, told: Sequence[ClientFacts]) -> None:
    blank = {"tenant_id": db.asking.tenant_id, "tax_id": "", "group_ids": [], "version": 0}
    ids = [one.client_id for one in told]
    insert_new(db, Client, [blank | {"id": client_id} for client_id in ids], Client.id)
    known = {row.id: row for row in db.scalars(select(Client).where(Client.id.in_(ids)).order_by(Client.id).with_for_update())}
    for one in told:
        row = known[one.client_id]
        if row.version < one.version:
            row.tax_id, row.group_ids, row.version = one.tax_id, list(one.group_ids), one.version


def told(service: KeyringService, asking: Asking, ids: list[str]) -> list[ClientFacts]:
    return ClientFacts.told(service.clients.asking(asking).facts(ids))


CLIENTS = Learning(known_ids, told, keep_clients)


def learn_client(service: KeyringService, asking: Asking, client_id: Any) -> None:
    CLIENTS.learn(service, asking, ids_in(client_id))
