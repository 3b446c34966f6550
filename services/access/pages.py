"""One page of a list, in the order asked for and always in the same one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.contracts.rpc import Json
from services.contracts.schemas.paging import sort_terms

Columns = dict[str, InstrumentedAttribute]
Described = Callable[[Session, Sequence], list[Json]]


def one_page(db: Session, found: Select, page: Json, columns: Columns, described: Described) -> Json:
    """`page` as loaded by a `PageRequest` that sorts by these columns, by the first when nothing is asked for.

    Returns {items, total, page, page_size}.
    """
    number, size = page["page"], page["page_size"]
    rows = db.scalars(found.order_by(*ordered(page["sort"], columns)).limit(size).offset((number - 1) * size)).all()
    is_all = number == 1 and len(rows) < size
    total = len(rows) if is_all else db.scalar(select(func.count()).select_from(found.subquery()))
    return {"items": described(db, rows), "total": total, "page": number, "page_size": size}


def ordered(sort: str, columns: Columns) -> list[Any]:
    """The `id` breaks ties, so that no row stands on two pages."""
    first, *_ = columns.values()
    wanted = [columns[name].desc() if descending else columns[name] for name, descending in sort_terms(sort)]
    return [*(wanted or [first]), first.class_.id]
