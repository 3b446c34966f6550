"""Appending to a tenant's trail inside a unit of work.

The row of the tenant in `trails` is updated first, which locks it until the commit: numbers are given out one after the other, and a
unit of work that is rolled back gives its numbers back. Trap: two units that append to the same tenants in a different order would wait for
each other, so a list for several tenants is appended in the order of their ids.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from services.audit.entry import digest
from services.audit.models import Entry, Trail
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.message import new_id

Json = dict[str, Any]

# Made once and past the ORM: a claim of a sync worker waits for this.
TRAILS, ENTRIES = Trail.__table__, insert(Entry.__table__)
GROWN = (
    update(TRAILS).where(TRAILS.c.tenant_id == bindparam("tenant")).values(size=TRAILS.c.size + bindparam("count")).returning(TRAILS.c.size)
)


def append_for_tenants(db: UnitOfWork, entries: list[Json], at: datetime) -> list[str]:
    """Append entries {tenant_id, act, user_id, subject, detail} of any tenants; returns their ids in the order given."""
    asking = db.asking
    ids: dict[int, str] = {}
    for tenant_id in sorted({entry["tenant_id"] for entry in entries}):
        numbers = [number for number, entry in enumerate(entries) if entry["tenant_id"] == tenant_id]
        db.act_for(replace(asking, tenant_id=tenant_id))
        ids |= dict(zip(numbers, append(db, [entries[number] for number in numbers], at), strict=True))
    return [ids[number] for number in range(len(entries))]


def append(db: UnitOfWork, entries: list[Json], at: datetime) -> list[str]:
    """Append entries {act, user_id, subject, detail} of the tenant that is acted for; returns their ids."""
    tenant_id = db.asking.tenant_id
    first = reserve(db, tenant_id, len(entries))
    rows: list[Json] = [
        {"id": new_id(), "tenant_id": tenant_id, "seq": first + number, "at": at}
        | {name: entry[name] for name in ("act", "user_id", "subject", "detail")}
        for number, entry in enumerate(entries)
    ]
    db.connection().execute(ENTRIES, [row | {"digest": digest(row)} for row in rows])
    return [row["id"] for row in rows]


def reserve(db: UnitOfWork, tenant_id: str, count: int) -> int:
    """The first of so many numbers, none of which anybody else gets."""
    size = grown(db, tenant_id, count)
    if size is None:
        insert_new(db, Trail, [{"tenant_id": tenant_id, "size": 0}], Trail.tenant_id)
        size = grown(db, tenant_id, count)
    assert size is not None, "the row was just made, and rows of trails are never removed"
    return size - count + 1


def grown(db: UnitOfWork, tenant_id: str, count: int) -> int | None:
    """The size of the trail with so many more; None when there is none yet, which is once in its life."""
    return db.connection().execute(GROWN, {"tenant": tenant_id, "count": count}).scalar()
