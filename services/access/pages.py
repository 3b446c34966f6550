"""One page of a list, in the order asked for and always in the same one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services.contracts.errors import Invalid
from services.contracts.rpc import Json

SIZE = 50
Columns = dict[str, InstrumentedAttribute]
Described = Callable[[Session, Sequence], list[Json]]


def one_page(db: Session, found: Select, page: Json, columns: Columns, described: Described) -> Json:
    """`columns`: what may be sorted by; by the first when nothing is asked for; `id` breaks ties. → {items, total, page, page_size}."""
    number, size = page.get("page", 1), page.get("page_size", SIZE)
    total = db.scalar(select(func.count()).select_from(found.order_by(None).subquery()))
    order = ordered(page.get("sort") or next(iter(columns)), columns)
    rows = db.scalars(found.order_by(*order).limit(size).offset((number - 1) * size)).all()
    return {"items": described(db, rows), "total": total, "page": number, "page_size": size}


def ordered(sort: str, columns: Columns) -> list[Any]:
    names = [name.strip() for name in sort.split(",")]
    if any(name.lstrip("-") not in columns for name in names):
        raise Invalid.field("sort", f"Solo se ordena por: {', '.join(columns)}.")
    order = [columns[name[1:]].desc() if name.startswith("-") else columns[name] for name in names]
    return [*order, next(iter(columns.values())).class_.id]
