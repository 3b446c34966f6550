"""INSERT … ON CONFLICT DO NOTHING in both worlds."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session


def insert_new(db: Session, table: Any, rows: list[dict[str, Any]], returning: InstrumentedAttribute) -> set[Any]:
    """Insert the rows that are not there yet (by any unique key) in one statement; returns the given column of those that were new."""
    if not rows:
        return set()
    dialect = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    return set(db.scalars(dialect.insert(table).values(rows).on_conflict_do_nothing().returning(returning)))
