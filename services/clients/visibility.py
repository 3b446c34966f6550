"""Which clients somebody may see: the same rule for the list and for one client.

Invariant: what may not be seen is not found, in the same words as what does not exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import InstrumentedAttribute

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.clients.models import Client, ClientGroup
from services.contracts.errors import NotFound
from services.contracts.rpc import Scope
from services.contracts.schemas.paging import Id

if TYPE_CHECKING:
    from services.clients.service import ClientsService


def visible_to(scope: Scope, client_id: InstrumentedAttribute[str] = Client.id) -> ColumnElement[bool]:
    """The condition, on whichever column holds a client's id, of those that may be seen."""
    if scope.sees_all_clients:
        return true()
    return exists().where(ClientGroup.client_id == client_id, ClientGroup.group_id.in_(scope.group_ids))


def visible_client(service: ClientsService, db: UnitOfWork, asking: Asking, client_id: str) -> Client:
    return _find(db, asking, client_id)


def client_to_change(service: ClientsService, db: UnitOfWork, asking: Asking, client_id: str) -> Client:
    """Locked until the unit of work ends, so that two changes of one client come one after the other."""
    return _find(db, asking, client_id, locked=True)


def _find(db: UnitOfWork, asking: Asking, client_id: str, *, locked: bool = False) -> Client:
    if not Id.SHAPE.fullmatch(client_id):
        raise NotFound()
    found = select(Client).where(Client.id == client_id, visible_to(asking.scope))
    client = db.scalars(found.with_for_update(of=Client) if locked else found).one_or_none()
    if client is None:
        raise NotFound()
    return client
