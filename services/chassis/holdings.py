"""All that a service holds of one firm, whatever its tables are: read page by page for the firm's own copy, or destroyed.

A table is the firm's when its rows say whose they are: those with row-level security, and those read across tenants that carry a
`tenant_id`. The marks of what was erased are not. Every page is a unit of work of its own, found by the primary key, so that neither a
large firm nor being killed midway matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import LargeBinary, Table, delete, func, select, tuple_, update

from services.chassis.asking import Asking
from services.chassis.database import Store, UnitOfWork

AT_ONCE = 1000


def tables_of_firms(model: Any, stays: Iterable[str] = ()) -> list[Table]:
    """Those that depend on others first, as deleting needs it."""
    left_out = {model.Erased.__tablename__, *stays}
    return [table for table in reversed(model.metadata.sorted_tables) if "tenant_id" in table.c and table.name not in left_out]


def destroy_firm(store: Store, tenant_id: str, stays: Iterable[str]) -> None:
    for table in tables_of_firms(store.model, stays):
        destroyed = AT_ONCE
        while destroyed == AT_ONCE:
            with store.begin(Asking(tenant_id=tenant_id)) as db:
                destroyed = destroy_some(db, table)


def destroy_some(db: UnitOfWork, table: Table, at_most: int = AT_ONCE) -> int:
    """At most so many rows of the firm that is acted for; → how many there were."""
    key = tuple(table.primary_key)
    rows = db.connection().execute(select(*key).where(table.c.tenant_id == db.asking.tenant_id).limit(at_most)).all()
    if rows:
        destroy(db, table, tuple_(*key).in_([tuple(row) for row in rows]))
    return len(rows)


def destroy(db: UnitOfWork, table: Table, which: Any) -> None:
    """Rows of the firm that is acted for. Keys and other bytes are overwritten first."""
    which = (table.c.tenant_id == db.asking.tenant_id) & which
    overwritten = {column.name: b"" for column in table.c if isinstance(column.type, LargeBinary)}
    if overwritten:
        db.connection().execute(update(table).where(which).values(overwritten))
    db.connection().execute(delete(table).where(which))


def destroy_of_clients(db: UnitOfWork, columns: Sequence[Any], client_ids: Sequence[str]) -> None:
    """Every row in which one of these columns (mapped attributes) names one of the clients, in this order."""
    for column in columns:
        table = column.property.columns[0].table
        destroy(db, table, table.c[column.property.columns[0].name].in_(client_ids))


def rows_left(store: Store, tenant_id: str, stays: Iterable[str]) -> int:
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        counted = (select(func.count()).where(table.c.tenant_id == tenant_id) for table in tables_of_firms(store.model, stays))
        return sum(db.connection().scalar(count) or 0 for count in counted)


def tidy(store: Store, is_whole: bool) -> None:
    """SQLite: what was destroyed leaves the journal too, and with `is_whole` the file is written anew. PostgreSQL tidies up by itself."""
    if store.engine.dialect.name != "sqlite":
        return
    with store.alone():
        connection = store.engine.raw_connection()
        try:
            for statement in ["VACUUM"] * is_whole + ["PRAGMA wal_checkpoint(TRUNCATE)"]:
                connection.cursor().execute(statement).fetchall()
        finally:
            connection.close()
