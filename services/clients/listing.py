"""The list of clients: what may be seen of what is asked for, counted, and one page of it.

Situation: 40,000 clients, a person typing. All that is filtered and sorted by stands in one narrow table, and a page takes a handful of
queries whatever its size. Traps: under row-level security PostgreSQL uses no index for LIKE, because LIKE is not leakproof, so a search
reads the tenant's narrow rows. An index serves an order only when nulls and ties go the way of the index.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.folding import patterns
from services.clients.answers import described
from services.clients.models import Client, ClientGroup, KnownFacts
from services.clients.warnings import EXPIRING
from services.contracts.message import utc_now
from services.contracts.rpc import Json, Scope
from services.contracts.schemas.paging import sort_terms, words

COLUMNS = {
    "name": KnownFacts.sort_name,
    "tax_id": KnownFacts.tax_id,
    "nearest_read_by": KnownFacts.nearest_read_by,
    "pending": KnownFacts.pending,
    "last_complete_check_at": KnownFacts.last_complete_check_at,
}


def listed(db: UnitOfWork, asking: Asking, wanted: Json) -> Json:
    """`wanted` as loaded by `schemas.clients.ClientsPage`."""
    conditions = [_visible(asking.scope), *_filters(wanted, utc_now())]
    reads_all = bool(wanted["q"]) or not asking.scope.sees_all_clients
    total, ids = (_read_once if reads_all else _read_by_index)(db, conditions, wanted)
    clients = {client.id: client for client in db.scalars(select(Client).where(Client.id.in_(ids)))}
    items = described(db, asking.scope, [clients[id] for id in ids])
    return {"items": items, "total": total, "page": wanted["page"], "page_size": wanted["page_size"]}


def _visible(scope: Scope) -> ColumnElement[bool]:
    """The rule of `visibility` in the form that is quick for very many: `is true` keeps PostgreSQL from joining.

    The clients of these groups are collected once, and each row is looked up among them; joined, each row was looked up in an index.
    """
    if scope.sees_all_clients:
        return true()
    return KnownFacts.client_id.in_(select(ClientGroup.client_id).where(ClientGroup.group_id.in_(scope.group_ids))).is_(True)


def _read_once(db: UnitOfWork, conditions: list[ColumnElement[bool]], wanted: Json) -> tuple[int, list[str]]:
    """How many fit, and the ids of the page, in one reading that counts and sorts: for a search, and for who sees some groups."""
    rows = db.execute(_page(conditions, wanted).add_columns(func.count().over())).all()
    if rows or wanted["page"] == 1:
        return rows[0][1] if rows else 0, [row[0] for row in rows]
    return _count(db, conditions), []


def _read_by_index(db: UnitOfWork, conditions: list[ColumnElement[bool]], wanted: Json) -> tuple[int, list[str]]:
    """The same when an index gives the order, so that the page is found without sorting."""
    return _count(db, conditions), list(db.scalars(_page(conditions, wanted)))


def _page(conditions: list[ColumnElement[bool]], wanted: Json) -> Select:
    page = select(KnownFacts.client_id).where(*conditions).order_by(*_order(wanted["sort"] or "name"))
    return page.limit(wanted["page_size"]).offset((wanted["page"] - 1) * wanted["page_size"])


def _count(db: UnitOfWork, conditions: list[ColumnElement[bool]]) -> int:
    return db.scalar(select(func.count()).select_from(KnownFacts).where(*conditions)) or 0


def _filters(wanted: Json, now: datetime) -> Iterator[ColumnElement[bool]]:
    yield KnownFacts.is_archived == wanted["archived"]
    for pattern in patterns(wanted["q"]):
        yield KnownFacts.search_text.like(pattern)
    for flag in words(wanted.get("flag", "")):
        yield getattr(KnownFacts, flag.removeprefix("-")) == (not flag.startswith("-"))
    if "group" in wanted:
        yield exists().where(ClientGroup.client_id == KnownFacts.client_id, ClientGroup.group_id == wanted["group"])
    if wanted.get("certificate"):
        yield or_(*(_has_certificate(state, now) for state in words(wanted["certificate"])))


def _has_certificate(state: str, now: datetime) -> ColumnElement[bool]:
    """The same bounds as `warnings.certificate_state`."""
    ends = KnownFacts.certificate_not_after
    return {
        "none": ends.is_(None),
        "expired": ends <= now,
        "expiring": (ends > now) & (ends <= now + EXPIRING),
        "valid": ends > now + EXPIRING,
    }[state]


def _order(sort: str) -> list[ColumnElement]:
    """What is not known comes last either way; the id, in the direction of the last word, makes the order one."""
    terms = sort_terms(sort)
    order = [_directed(COLUMNS[name], greatest) for name, greatest in terms]
    return [*order, _directed(KnownFacts.client_id, terms[-1][1])]


def _directed(column: InstrumentedAttribute, greatest: bool) -> ColumnElement:
    directed = column.desc() if greatest else column.asc()
    return directed.nulls_last() if column.nullable else directed
