"""The list of clients: what may be seen of what is asked for, counted, and one page of it.

Situation: 40,000 clients, a person typing. All that is filtered and sorted by stands in one narrow table, and a page takes a handful of
queries whatever its size. Traps: under row-level security PostgreSQL uses no index for LIKE, because LIKE is not leakproof, so a search
reads the tenant's narrow rows (docs/decisions/0008 says why that stays so). An index serves an order only when nulls and ties go the way of
the index.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.folding import AT_A_BEGINNING, patterns
from services.clients.answers import described
from services.clients.filters import asked_for, conditions, visible
from services.clients.firm import this_moment
from services.clients.models import Client, KnownFacts
from services.contracts.rpc import Json, Scope
from services.contracts.schemas.paging import sort_terms

COLUMNS = {
    "name": KnownFacts.sort_name,
    "tax_id": KnownFacts.tax_id,
    "certificate": KnownFacts.certificate_not_after,
    "nearest_read_by": KnownFacts.nearest_read_by,
    "pending": KnownFacts.pending,
    "last_complete_check_at": KnownFacts.last_complete_check_at,
    # Ids are in order of making.
    "created_at": KnownFacts.client_id,
}


def listed(db: UnitOfWork, asking: Asking, wanted: Json) -> Json:
    """`wanted` as loaded by `schemas.clients.ClientsPage`."""
    read = _read_once if _reads_all(asking.scope, wanted["q"]) else _read_by_index
    moment = this_moment(db)
    total, ids = read(db, conditions(asking.scope, wanted, moment), wanted)
    clients = {client.id: client for client in db.scalars(select(Client).where(Client.id.in_(ids)))}
    items = described(db, asking.scope, [clients[id] for id in ids], moment)
    return {"items": items, "total": total, "page": wanted["page"], "page_size": wanted["page_size"]}


def ids_of(db: UnitOfWork, asking: Asking, wanted: Json) -> list[str]:
    """All that would be listed on all pages, in that order; `wanted` as loaded by `schemas.clients.ClientsExport`."""
    found = select(KnownFacts.client_id).where(*conditions(asking.scope, wanted, this_moment(db)))
    return list(db.scalars(found.order_by(*_order(wanted["sort"] or "name"))))


def sizes_of(db: UnitOfWork, asking: Asking, questions: Sequence[Json]) -> list[int]:
    """How many would be listed for each of these, in one reading; as loaded by `schemas.clients.ClientsExport`."""
    moment = this_moment(db)
    counts = [func.count().filter(true(), *asked_for(asking.scope, wanted, moment)) for wanted in questions]
    found = select(*counts).select_from(KnownFacts).where(visible(asking.scope))
    return list(db.execute(found).one()) if counts else []


def _reads_all(scope: Scope, query: str) -> bool:
    """Whether few fit, so that all rows are read for a page: for who sees some groups, and for a search.

    One or two letters, the beginning of every search, fit a great many: there it is quicker to count them and to walk the index.
    """
    return not scope.sees_all_clients or any(not pattern.startswith(AT_A_BEGINNING) for pattern in patterns(query))


def _read_once(db: UnitOfWork, which: list[ColumnElement[bool]], wanted: Json) -> tuple[int, list[str]]:
    """How many fit, and the ids of the page, in one reading that counts and sorts: for a search, and for who sees some groups."""
    rows = db.execute(_page(which, wanted).add_columns(func.count().over())).all()
    if rows or wanted["page"] == 1:
        return rows[0][1] if rows else 0, [row[0] for row in rows]
    return _count(db, which), []


def _read_by_index(db: UnitOfWork, which: list[ColumnElement[bool]], wanted: Json) -> tuple[int, list[str]]:
    """The same when an index gives the order, so that the page is found without sorting."""
    return _count(db, which), list(db.scalars(_page(which, wanted)))


def _page(which: list[ColumnElement[bool]], wanted: Json) -> Select:
    page = select(KnownFacts.client_id).where(*which).order_by(*_order(wanted["sort"] or "name"))
    return page.limit(wanted["page_size"]).offset((wanted["page"] - 1) * wanted["page_size"])


def _count(db: UnitOfWork, which: list[ColumnElement[bool]]) -> int:
    return db.scalar(select(func.count()).select_from(KnownFacts).where(*which)) or 0


def _order(sort: str) -> list[ColumnElement]:
    """What is not known comes last either way; the id, in the direction of the last word, makes the order one."""
    terms = sort_terms(sort)
    order = [_directed(COLUMNS[name], greatest) for name, greatest in terms]
    return [*order, _directed(KnownFacts.client_id, terms[-1][1])]


def _directed(column: InstrumentedAttribute, greatest: bool) -> ColumnElement:
    directed = column.desc() if greatest else column.asc()
    return directed.nulls_last() if column.nullable else directed
