"""Somebody who owns the database and changes the trail behind the product's back: triggers off, row-level security passed by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, select, text

from services.audit.entry import FIELDS, digest
from services.audit.models import Entry
from services.chassis.asking import Asking
from services.chassis.database import Store, driver_of
from services.chassis.settings import Settings


@contextmanager
def owning(store: Store, settings: Settings) -> Iterator[Connection]:
    if settings.is_embedded:
        with store.engine.begin() as connection:
            triggers = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, _ in triggers:
                connection.execute(text(f"DROP TRIGGER {name}"))
            yield connection
            for _, statement in triggers:
                connection.execute(text(statement))
        return
    engine = create_engine(driver_of(settings.migrate_url))
    with engine.begin() as connection:
        connection.execute(text("SET search_path TO audit"))
        connection.execute(text("SET session_replication_role TO replica"))
        yield connection
    engine.dispose()


def do(store: Store, settings: Settings, statement: str, **values: Any) -> None:
    with owning(store, settings) as connection:
        connection.execute(text(statement), values)


def digest_anew(store: Store, settings: Settings, tenant_id: str, seq: int) -> None:
    """Whoever changes an entry may as well put the digest beside it right."""
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        row = db.scalars(select(Entry).where(Entry.seq == seq)).one()
        made = digest({name: getattr(row, name) for name in FIELDS})
    change = "UPDATE entries SET digest = :made WHERE tenant_id = :tenant AND seq = :seq"
    do(store, settings, change, made=made, tenant=tenant_id, seq=seq)
