"""What the inbox knows of clients: kept from facts, newer versions win, whichever way they come.

Trap: somebody who has just made a client looks at its notifications before the fact is here. So a client that a call names and that is not
known yet is asked of `clients`, before the unit of work opens.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.folding import search_text
from services.chassis.insert import insert_new
from services.chassis.learning import Learning, ids_in
from services.contracts.events import ClientFacts
from services.notifications.models import ClientGroup, KnownClient

if TYPE_CHECKING:
    from services.notifications.service import NotificationsService


def is_known(db: UnitOfWork, client_id: str) -> bool:
    return bool(list(known_ids(db, {client_id})))


def known_ids(db: UnitOfWork, ids: set[str]) -> Iterable[str]:
    return db.scalars(select(KnownClient.client_id).where(KnownClient.client_id.in_(ids), KnownClient.version > 0))


def keep_clients(db: UnitOfWork, clients: Sequence[ClientFacts]) -> None:
    known = lock_clients(db, [facts.client_id for facts in clients])
    newer = [facts for facts in clients if facts.version > known[facts.client_id].version]
    for facts in newer:
        row = known[facts.client_id]
        row.version, row.tax_id, row.is_archived = facts.version, facts.tax_id, facts.is_archived
        row.search_text = search_text(facts.tax_id, facts.name)
    db.execute(delete(ClientGroup).where(ClientGroup.client_id.in_([facts.client_id for facts in newer])))
    db.add_all(ClientGroup(client_id=facts.client_id, group_id=group_id) for facts in newer for group_id in facts.group_ids)
    db.flush()


def lock_clients(db: UnitOfWork, client_ids: Iterable[str]) -> dict[str, KnownClient]:
    """The clients' rows, made if need be, locked in one order until the unit of work ends."""
    ids = sorted(set(client_ids))
    blank = {"tenant_id": db.asking.tenant_id, "version": 0, "tax_id": "", "search_text": "", "is_archived": False}
    insert_new(db, KnownClient, [{**blank, "client_id": id} for id in ids], KnownClient.client_id)
    found = select(KnownClient).where(KnownClient.client_id.in_(ids)).order_by(KnownClient.client_id).with_for_update()
    return {row.client_id: row for row in db.scalars(found.execution_options(populate_existing=True))}


def told(service: NotificationsService, asking: Asking, ids: list[str]) -> list[ClientFacts]:
    return ClientFacts.told(service.clients.asking(asking).facts(ids))


CLIENTS = Learning(known_ids, told, keep_clients)


def learn_client(service: NotificationsService, asking: Asking, client_id: Any) -> None:
    CLIENTS.learn(service, asking, ids_in(client_id))
