"""Mailboxes as people see them: one, or a page of what they may see, with when each is read next and what they may do with it.

Invariant: what may not be seen is not found, in the same words as what does not exist; the list and the single look use one condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import NotFound
from services.contracts.rpc import Json, Scope
from services.contracts.schemas.paging import Id, sort_terms, words
from services.mailbox_sync.claims import database_now
from services.mailbox_sync.endings import OPEN_STATES
from services.mailbox_sync.facts import why_not_read
from services.mailbox_sync.mailboxes import PAUSED
from services.mailbox_sync.models import Client, ClientGroup, Due, Mailbox, Sync

SORTED_BY: dict[str, Any] = {
    "last_complete_check_at": Mailbox.last_complete_check_at,
    "last_attempt_at": Mailbox.last_attempt_at,
    "next_check_at": Due.due_at,
    "covered_since": Mailbox.covered_since,
    "body": Mailbox.body,
    "state": Mailbox.state,
    "created_at": Mailbox.created_at,
}


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The condition on `Client` of those that may be seen."""
    if scope.sees_all_clients:
        return true()
    return exists().where(ClientGroup.client_id == Client.id, ClientGroup.group_id.in_(scope.group_ids))


def find_client(db: UnitOfWork, asking: Asking, client_id: str) -> Client:
    return _found(db, asking, client_id, select(Client).where(Client.id == client_id))


def find_mailbox(db: UnitOfWork, asking: Asking, mailbox_id: str) -> Mailbox:
    return _found(db, asking, mailbox_id, select(Mailbox).join(Client, Client.id == Mailbox.client_id).where(Mailbox.id == mailbox_id))


def find_sync(db: UnitOfWork, asking: Asking, sync_id: str) -> Sync:
    return _found(db, asking, sync_id, select(Sync).join(Client, Client.id == Sync.client_id).where(Sync.id == sync_id))


def _found(db: UnitOfWork, asking: Asking, row_id: str, query: Select) -> Any:
    well_formed = isinstance(row_id, str) and Id.SHAPE.fullmatch(row_id)
    row = db.scalars(query.where(visible_to(asking.scope))).one_or_none() if asking.scope and well_formed else None
    if row is None:
        raise NotFound()
    return row


def one_page(db: UnitOfWork, asking: Asking, wanted: Json) -> Json:
    """`wanted` as loaded by `schemas.mailboxes.MailboxesPage`."""
    now = database_now(db)
    conditions = [visible_to(asking.scope), *_filters(wanted, now)]
    number, size = wanted["page"], wanted["page_size"]
    total = db.scalar(_from(select(func.count()), conditions))
    page = _from(select(Mailbox, Due, Client), conditions).order_by(*_order(wanted["sort"])).limit(size).offset((number - 1) * size)
    return {
        "items": shown(db, asking.scope, [(row.Mailbox, row.Due, row.Client) for row in db.execute(page)], now),
        "total": total,
        "page": number,
        "page_size": size,
    }


def _from(query: Select, conditions: Sequence[ColumnElement[bool]]) -> Select:
    joined = query.select_from(Mailbox).join(Client, Client.id == Mailbox.client_id).join(Due, Due.mailbox_id == Mailbox.id)
    return joined.where(*conditions)


def _filters(wanted: Json, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.get("body"):
        yield Mailbox.body.in_(words(wanted["body"]))
    if wanted.get("state"):
        yield Mailbox.state.in_(words(wanted["state"]))
    if "client" in wanted:
        yield Mailbox.client_id == wanted["client"]
    if "stale_hours" in wanted:
        since = now - timedelta(hours=wanted["stale_hours"])
        yield and_(Mailbox.state != "paused", or_(Mailbox.last_complete_check_at.is_(None), Mailbox.last_complete_check_at < since))


def _order(sort: str) -> list[ColumnElement]:
    """What is not known comes first when the smallest does: a mailbox never read is staler than any other."""
    order: list[Any] = [
        SORTED_BY[name].desc().nulls_last() if greatest else SORTED_BY[name].asc().nulls_first() for name, greatest in sort_terms(sort)
    ]
    return [*order, Mailbox.id]


def show(db: UnitOfWork, asking: Asking, mailbox: Mailbox) -> Json:
    row = (mailbox, db.get_one(Due, mailbox.id), db.get_one(Client, mailbox.client_id))
    return shown(db, asking.scope, [row], database_now(db))[0]


def shown(db: UnitOfWork, scope: Scope, rows: Sequence[tuple[Mailbox, Due, Client]], now: datetime) -> list[Json]:
    asked = select(Sync.mailbox_id, Sync.id).where(Sync.mailbox_id.in_([mailbox.id for mailbox, *_ in rows]), Sync.state.in_(OPEN_STATES))
    under_way = {mailbox_id: sync_id for mailbox_id, sync_id in db.execute(asked)}
    return [described(*row, now) | {"sync_id": under_way.get(row[0].id), "may": may_do(scope, row[0].body)} for row in rows]


def described(mailbox: Mailbox, due: Due, client: Client, now: datetime) -> Json:
    is_being_read = due.lease_until is not None and due.lease_until > now
    plain = ("id", "client_id", "body", "via", "certificate_id", "state", "error", "version")
    instants = ("last_attempt_at", "last_complete_check_at", "covered_since", "created_at")
    return {
        **{name: getattr(mailbox, name) for name in plain},
        **{name: iso(getattr(mailbox, name)) for name in instants},
        "next_check_at": None if is_being_read else iso(due.due_at),
        "why_not_read": why_not_read(client) or (PAUSED if mailbox.state == "paused" else None),
    }


def may_do(scope: Scope, body: str) -> Json:
    return {"sync": may(scope, "mailboxes.sync", body, "sync"), "open": may(scope, "notifications.open", body, "open")}


def may(scope: Scope, capability: str, body: str, verb: str) -> bool:
    """Of a mailbox that is visible: whether role and grant allow it. For buttons; the act itself asks `access`."""
    return capability in scope.capabilities and (body, verb) in scope.grants


def show_sync(sync: Sync) -> Json:
    plain = ("id", "mailbox_id", "state", "pages_read", "total_pages", "notices_seen", "notices_new", "error", "requested_by")
    instants = ("requested_at", "started_at", "ended_at")
    return {name: getattr(sync, name) for name in plain} | {name: iso(getattr(sync, name)) for name in instants}


def iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
