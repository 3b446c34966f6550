"""INSERT … ON CONFLICT DO NOTHING in both worlds."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import InstrumentedAttribute, Session


def insert_new(db: Session, table: Any, rows: list[dict[str, Any]], returning: InstrumentedAttribute) -> set[Any]:
    """Insert the rows that are not there yet (by any unique key) in one statement; returns the given column of those that were new.

    The statement goes past the ORM: rows name every column that has no default, `tenant_id` too.
    """
    if not rows:
        return set()
    db.flush()
    connection = db.connection()
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    insert = dialect.insert(table.__table__).on_conflict_do_nothing().returning(returning)
    return set(connection.execute(insert, rows).scalars())
