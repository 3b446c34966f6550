"""The mailboxes of a suspended firm are not read: no worker claims them, and what a worker is just reading is written no more.

Their times in the schedule stay, so that they are read at once, the longest waiting first, when the firm is resumed. Both facts carry the
version of the firm, so that one that arrives late undoes nothing.
"""

from __future__ import annotations

from sqlalchemy import update

from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import on
from services.chassis.insert import insert_new
from services.contracts.events import TenantResumed, TenantSuspended
from services.mailbox_sync.claims import LONG_AGO, NO_SYNC, take_back
from services.mailbox_sync.models import Turn


def keep(db: UnitOfWork, tenant_id: str, version: int, is_suspended: bool) -> None:
    """Ignores what is older than what is known."""
    insert_new(db, Turn, [{"tenant_id": tenant_id, "last_served": LONG_AGO}], Turn.tenant_id)
    older = update(Turn).where(Turn.tenant_id == tenant_id, Turn.tenant_version < version)
    changed = db.execute(
        older.values(is_suspended=is_suspended, tenant_version=version).returning(Turn.tenant_id), execution_options=NO_SYNC
    )
    if changed.one_or_none() and is_suspended:
        take_back(db, tenant_id)


class Suspending:
    """What mailbox_sync hears of firms that are suspended and resumed."""

    @on(TenantSuspended, TenantResumed)
    def keep_suspension(self, db: UnitOfWork, fact: TenantSuspended | TenantResumed) -> None:
        keep(db, fact.tenant_id, fact.version, isinstance(fact, TenantSuspended))
