"""What the keyring knows of clients: kept from facts, newer versions win, whichever way they come.

Trap: somebody who has just made a client hands over its certificate before the fact is here. So a client that a call names and that is not
known yet is asked of `clients`, before anything else (`knowing_client`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.events import ClientFacts
from services.contracts.schemas.paging import Id
from services.keyring.models import Client

if TYPE_CHECKING:
    from services.keyring.service import KeyringService


def knowing_client(method: Callable) -> Callable:
    """Decorate a call above its `@rpc`: the client that its first argument names is known to the method if it exists."""

    @wraps(method)
    def answer(self: KeyringService, client_id: str, *args: Any) -> Any:
        if client_id and Id.SHAPE.fullmatch(client_id):
            learn_client(self, client_id)
        return method(self, client_id, *args)

    return answer


def learn_client(service: KeyringService, client_id: str) -> None:
    with service.db.begin(service.asking) as db:
        if db.scalar(select(Client.id).where(Client.id == client_id)) is not None:
            return
    told = [ClientFacts(**{**facts, "group_ids": tuple(facts["group_ids"])}) for facts in service.clients.facts([client_id])]
    with service.db.begin(service.asking) as db:
        keep_clients(db, told)


def keep_clients(db: UnitOfWork, told: Sequence[ClientFacts]) -> None:
    blank = {"tenant_id": db.asking.tenant_id, "tax_id": "", "group_ids": [], "version": 0}
    ids = [one.client_id for one in told]
    insert_new(db, Client, [blank | {"id": client_id} for client_id in ids], Client.id)
    known = {row.id: row for row in db.scalars(select(Client).where(Client.id.in_(ids)))}
    for one in told:
        row = known[one.client_id]
        if row.version < one.version:
            row.tax_id, row.group_ids, row.version = one.tax_id, list(one.group_ids), one.version
