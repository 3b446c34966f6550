"""Who was erased: marks, so that what is heard late about a firm or client brings nothing back.

A mark is an id, and that of the firm it belongs to; it stays for ever. Events alone come in days late (parked ones); calls and work that
were under way when the mark was made are over in minutes, which is when what is held is looked for once more (see `erasing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select

from services.chassis.insert import insert_new
from services.contracts.erasing import clients_of, living
from services.contracts.message import Envelope, Event, utc_now

if TYPE_CHECKING:
    from services.chassis.database import UnitOfWork

AT_ONCE = 500
Told = tuple[Envelope, Event]


def mark(db: UnitOfWork, ids: Iterable[str]) -> None:
    """From this commit on these clients, or the firm itself, of the tenant that is acted for count as erased."""
    erased, now = db.store.model.Erased, utc_now()
    rows = [{"id": each, "tenant_id": db.asking.tenant_id, "at": now, "next_at": now} for each in ids]
    insert_new(db, erased, rows, erased.id)


def without_the_erased(db: UnitOfWork, told: list[Told]) -> Iterator[Told]:
    """What was told, less what is about an erased firm or client."""
    named = [(envelope, fact, clients_of(fact)) for envelope, fact in told]
    erased = among(db, {envelope.tenant_id for envelope, _ in told}.union(*(clients for _, _, clients in named)))
    for envelope, fact, clients in named:
        rest = fact if erased.isdisjoint(clients) else living(fact, erased)
        if rest is not None and envelope.tenant_id not in erased:
            yield envelope, rest


def among(db: UnitOfWork, ids: Iterable[str]) -> set[str]:
    """Those of the ids that are marked."""
    erased, wanted = db.store.model.Erased.__table__.c, sorted(ids)
    found: set[str] = set()
    for start in range(0, len(wanted), AT_ONCE):
        found.update(db.connection().execute(select(erased.id).where(erased.id.in_(wanted[start : start + AT_ONCE]))).scalars())
    return found
