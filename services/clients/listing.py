"""The list of clients: what may be seen of what is asked for, counted, and one page of it.

Situation: 40,000 clients, a person typing. Everything stands in indexes of this service's own tables, and a page takes a handful of queries
whatever its size. Trap: under row-level security PostgreSQL uses no index for LIKE, because LIKE is not leakproof, so a search reads the
tenant's rows; it therefore reads the index that holds the text and not the rows themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.clients.answers import described
from services.clients.folding import patterns
from services.clients.models import Client, ClientGroup, KnownFacts
from services.clients.visibility import visible_to
from services.clients.warnings import EXPIRING
from services.contracts.message import utc_now
from services.contracts.rpc import Json
from services.contracts.schemas.paging import sort_terms, words

COLUMNS = {
    "name": Client.sort_name,
    "tax_id": Client.tax_id,
    "nearest_read_by": KnownFacts.nearest_read_by,
    "pending": KnownFacts.pending,
    "last_complete_check_at": KnownFacts.last_complete_check_at,
}


def listed(db: UnitOfWork, asking: Asking, wanted: Json) -> Json:
    """`wanted` as loaded by `schemas.clients.ClientsPage`."""
    conditions = [visible_to(asking.scope), *_filters(wanted, utc_now())]
    total = db.scalar(_from(conditions, select(func.count())))
    page = _from(conditions, select(Client)).order_by(*_order(wanted["sort"] or "name"))
    found = db.scalars(page.limit(wanted["page_size"]).offset((wanted["page"] - 1) * wanted["page_size"])).all()
    return {"items": described(db, asking.scope, found), "total": total, "page": wanted["page"], "page_size": wanted["page_size"]}


def _from(conditions: list, query: Select) -> Select:
    return query.select_from(Client).join(KnownFacts, KnownFacts.client_id == Client.id).where(*conditions)


def _filters(wanted: Json, now: datetime) -> Iterator[ColumnElement[bool]]:
    yield Client.is_archived == wanted["archived"]
    for pattern in patterns(wanted["q"]):
        yield Client.search_text.like(pattern)
    for flag in words(wanted.get("flag", "")):
        yield getattr(Client, flag.removeprefix("-")).is_(not flag.startswith("-"))
    if "group" in wanted:
        yield exists().where(ClientGroup.client_id == Client.id, ClientGroup.group_id == wanted["group"])
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
    """What is not known comes last either way; the id makes the order one."""
    order = [COLUMNS[name].desc().nulls_last() if greatest else COLUMNS[name].asc().nulls_last() for name, greatest in sort_terms(sort)]
    return [*order, Client.id]
