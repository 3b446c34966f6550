"""The inbox: what may be seen of what is asked for, and how a notification is answered.

Invariant: what may not be seen is not found, in the same words as what does not exist.
Trap: a filter by a group that one may not know of finds nothing, as in the list of clients, or it would tell who is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.folding import patterns
from services.contracts.errors import NotFound
from services.contracts.rpc import Json, Scope
from services.contracts.schemas.paging import Id, sort_terms, words
from services.notifications.known import is_known
from services.notifications.models import ClientGroup, KnownClient, Notification

if TYPE_CHECKING:
    from services.notifications.service import NotificationsService

FIRST = "read_by,available_at"
CHOICES: dict[str, InstrumentedAttribute] = {
    "tray": Notification.processing_state,
    "kind": Notification.kind,
    "body": Notification.body,
    "body_state": Notification.body_state,
}
EXACT: dict[str, InstrumentedAttribute] = {"client": Notification.client_id, "assignee": Notification.assignee_id}
PLAIN = (
    "id", "client_id", "source", "body", "kind", "reference", "subject", "issuer", "issuer_root", "holder_tax_id", "body_state",
    "processing_state", "assignee_id", "opened_by", "deadlines", "version",
)  # fmt: skip
DATED = ("available_at", "read_by", "process_by", "opened_at")


def visible_to(scope: Scope) -> ColumnElement[bool]:
    if scope.sees_all_clients:
        return true()
    return exists().where(ClientGroup.client_id == Notification.client_id, ClientGroup.group_id.in_(scope.group_ids))


def visible_notification(service: NotificationsService, db: UnitOfWork, asking: Asking, notification_id: str) -> Notification:
    return _find(db, asking, notification_id)


def notification_to_change(service: NotificationsService, db: UnitOfWork, asking: Asking, notification_id: str) -> Notification:
    """Locked until the unit of work ends, so that two changes of one notification come one after the other."""
    return _find(db, asking, notification_id, locked=True)


def _find(db: UnitOfWork, asking: Asking, notification_id: str, *, locked: bool = False) -> Notification:
    if asking.scope is None or not Id.SHAPE.fullmatch(notification_id):
        raise NotFound()
    found = select(Notification).where(Notification.id == notification_id, visible_to(asking.scope))
    row = db.scalars(found.with_for_update(of=Notification) if locked else found).one_or_none()
    if row is None:
        raise NotFound()
    return row


def listed(db: UnitOfWork, asking: Asking, wanted: Json) -> Json:
    """`wanted` as loaded by `schemas.notifications.NotificationsPage`. Raises NotFound for a client that may not be seen."""
    if "client" in wanted:
        require_client(db, asking.scope, wanted["client"])
    number, size = wanted["page"], wanted["page_size"]
    conditions = [visible_to(asking.scope), *_filters(asking.scope, wanted)]
    total = db.scalar(select(func.count()).select_from(Notification).where(*conditions))
    page = select(Notification).where(*conditions).order_by(*_order(wanted["sort"] or FIRST))
    rows = db.scalars(page.limit(size).offset((number - 1) * size))
    return {"items": [described(row) for row in rows], "total": total, "page": number, "page_size": size}


def require_client(db: UnitOfWork, scope: Scope, client_id: str) -> None:
    """Raises NotFound for a client that may not be seen."""
    groups = db.scalars(select(ClientGroup.group_id).where(ClientGroup.client_id == client_id))
    if not is_known(db, client_id) or not scope.sees(frozenset(groups)):
        raise NotFound()


def _filters(scope: Scope, wanted: Json) -> Iterator[ColumnElement[bool]]:
    for name, column in CHOICES.items():
        if wanted.get(name):
            yield column.in_(words(wanted[name]))
    for name, column in EXACT.items():
        if name in wanted:
            yield column == wanted[name]
    if "group" in wanted:
        member = exists().where(ClientGroup.client_id == Notification.client_id, ClientGroup.group_id == wanted["group"])
        yield member if scope.knows(wanted["group"]) else false()
    if "read_by_before" in wanted:
        yield Notification.read_by < wanted["read_by_before"]
    for pattern in patterns(wanted["q"]):
        named = select(KnownClient.client_id).where(KnownClient.search_text.like(pattern))
        yield or_(Notification.search_text.like(pattern), Notification.client_id.in_(named))


def _order(sort: str) -> list[ColumnElement]:
    """What has no date comes last either way; the id makes the order one."""
    columns = [(getattr(Notification, name), greatest) for name, greatest in sort_terms(sort)]
    return [*(column.desc().nulls_last() if greatest else column.asc().nulls_last() for column, greatest in columns), Notification.id]


def described(row: Notification) -> Json:
    """As `schemas.notifications.Notification`."""
    dated = {name: getattr(row, name) for name in DATED}
    return {
        **{name: getattr(row, name) for name in PLAIN},
        **{name: value and value.isoformat() for name, value in dated.items()},
        "documents_count": 0,
        "duplicates": [],
    }
