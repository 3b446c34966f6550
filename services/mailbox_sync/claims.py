"""Who reads which mailbox when: claims with a lease and a fence, taken fairly over the tenants.

Workers claim in any number. The urgent lane is served first, but never with the whole of a claim; within a lane tenants take turns, the one
that waited longest first, so that a tenant with half of all mailboxes delays nobody. A claim skips rows that another worker is just taking.
Every instant is the database's: workers' clocks decide nothing.

    free (due_at in the past) → claimed (due_at = end of the lease, fence + 1) → free at the time that the check's end sets
                                        ├─ the check is in hand: its worker renews the lease every few seconds
                                        └─ the worker died or left the check: due again by itself when the lease ends
    withdrawn (due_at null, fence + 1): paused, switched off, archived; what still reads it can write nothing any more
"""

from __future__ import annotations

import math
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Row, Select, Update, bindparam, case, func, insert, select, text, tuple_, update
from sqlalchemy.orm import Session

from services.chassis.insert import insert_new
from services.contracts.errors import NotFound
from services.mailbox_sync.models import Due, Turn
from services.mailbox_sync.schedule import LEASE

TENANTS_A_CLAIM = 20
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NO_SYNC: dict[str, Any] = {"synchronize_session": False}


class LeaseLost(Exception):
    """The mailbox was withdrawn or another worker has it: this check writes nothing more."""


@dataclass(frozen=True)
class Claim:
    """A mailbox that this worker reads until its lease ends. `failures`: how many checks in a row failed before."""

    mailbox_id: str
    tenant_id: str
    body: str
    fence: int
    failures: int


def database_now(db: Session) -> datetime:
    """The database's clock, not the transaction's beginning: a long wait for a lock must not make a lease look young."""
    if db.get_bind().dialect.name == "postgresql":
        return db.scalar(text("select clock_timestamp()"))
    return datetime.fromisoformat(db.scalar(text("select strftime('%Y-%m-%d %H:%M:%f', 'now')"))).replace(tzinfo=UTC)


def claim(db: Session, worker: str, at_most: int) -> list[Claim]:
    """At most so many due mailboxes, theirs alone until the lease ends."""
    now = database_now(db)
    urgent = _in_turn(db, now, worker, (True, math.ceil(at_most * 3 / 4)))
    return urgent + _in_turn(db, now, worker, (False, at_most - len(urgent)))


def _in_turn(db: Session, now: datetime, worker: str, wanted: tuple[bool, int]) -> list[Claim]:
    """Round robin over the tenants with due mailboxes in this lane: (urgent?, at most). What one leaves over goes to the next."""
    urgent, at_most = wanted
    tenants = _waiting_tenants(db, now, urgent)
    taken: list[Claim] = []
    for position, tenant_id in enumerate(tenants):
        share = math.ceil((at_most - len(taken)) / (len(tenants) - position))
        taken += _oldest(db, now, worker, (tenant_id, urgent, share))
    _mark_served(db, now, list(dict.fromkeys(one.tenant_id for one in taken)))
    return taken


def _waiting_tenants(db: Session, now: datetime, urgent: bool) -> list[str]:
    """Those that no other worker is just serving, so that several claims at once are as fair as one; all, when there are no others.

    Looks up the first entry of an index for each tenant in the order of turns, and only when there is something due at all.
    """
    if db.scalar(select(Due.mailbox_id).where(Due.urgent == urgent, Due.due_at <= now).limit(1)) is None:
        return []
    earliest = select(func.min(Due.due_at)).where(Due.tenant_id == Turn.tenant_id, Due.urgent == urgent).scalar_subquery()
    waiting = select(Turn.tenant_id).where(earliest <= now, ~Turn.is_suspended)
    waiting = waiting.order_by(Turn.last_served, Turn.tenant_id).limit(TENANTS_A_CLAIM)
    return list(db.scalars(waiting.with_for_update(skip_locked=True))) or list(db.scalars(waiting))


def _oldest(db: Session, now: datetime, worker: str, wanted: tuple[str, bool, int]) -> list[Claim]:
    tenant_id, urgent, share = wanted
    if share <= 0:
        return []
    free = select(Due.mailbox_id).where(Due.tenant_id == tenant_id, Due.urgent == urgent, Due.due_at <= now)
    picked = free.order_by(Due.due_at).limit(share).with_for_update(skip_locked=True).cte("picked")
    taken = update(Due).where(Due.mailbox_id.in_(select(picked.c.mailbox_id)))
    taken = taken.values(due_at=now + LEASE, lease_until=now + LEASE, leased_by=worker, fence=Due.fence + 1)
    rows = db.execute(taken.returning(Due.mailbox_id, Due.tenant_id, Due.body, Due.fence, Due.failures), execution_options=NO_SYNC)
    return [Claim(*row) for row in rows]


def _mark_served(db: Session, now: datetime, tenant_ids: list[str]) -> None:
    """In the order of serving, a microsecond apart: of tenants served in one claim the last one waits longest for the next.

    A turn that another worker is just marking is left to it: waiting could deadlock, and the mark is nearly the same.
    """
    if tenant_ids:
        marks = {tenant_id: now + timedelta(microseconds=position) for position, tenant_id in enumerate(tenant_ids)}
        free = select(Turn.tenant_id).where(Turn.tenant_id.in_(tenant_ids)).with_for_update(skip_locked=True).cte("free")
        served = update(Turn).where(Turn.tenant_id.in_(select(free.c.tenant_id)))
        db.execute(served.values(last_served=case(marks, value=Turn.tenant_id)), execution_options=NO_SYNC)


def hold(db: Session, mailbox_id: str, fence: int) -> datetime:
    """First in every write of a check: renews the lease, keeps others out until the commit; → now. Raises LeaseLost."""
    ends_at = later(db, LEASE)
    return _write(db, mailbox_id, fence, due_at=ends_at, lease_until=ends_at).due_at - LEASE


def require_held(db: Session, mailbox_id: str, fence: int) -> None:
    """For a step that writes nothing yet. Raises LeaseLost."""
    if db.scalar(select(Due.fence).where(Due.mailbox_id == mailbox_id)) != fence:
        raise LeaseLost(mailbox_id)


def renew(db: Session, leases: Collection[tuple[str, int]]) -> None:
    """These, by mailbox and fence, are their holder's for another lease. What was lost meanwhile has another fence by now."""
    ends_at = later(db, LEASE)
    theirs = update(Due).where(tuple_(Due.mailbox_id, Due.fence).in_(leases), Due.lease_until.is_not(None))
    db.execute(theirs.values(due_at=ends_at, lease_until=ends_at), execution_options=NO_SYNC)


def finish(db: Session, mailbox_id: str, fence: int, pause: timedelta, waits: bool) -> tuple[datetime, bool] | None:
    """In the place of `hold`, for a check that ends well: due again after the pause. → (now, was it urgent).

    None when the lease is lost, or, unless it `waits`, when somebody else is just writing the row.
    """
    dialect = db.get_bind().dialect.name
    whose = {"which": mailbox_id, "held": fence, "pause": pause if dialect == "postgresql" else seconds(pause)}
    row = db.connection().execute(_finishing(dialect, waits), whose).one_or_none()
    return None if row is None else (row.due_at - pause, row.urgent)


@cache
def _finishing(dialect: str, waits: bool) -> Update:
    """Made once: this runs for every check, and making it would cost ten times what running it does."""
    due = Due.__table__.c
    mine = (due.mailbox_id == bindparam("which"), due.fence == bindparam("held"))
    free = due.mailbox_id.in_(select(due.mailbox_id).where(*mine).with_for_update(skip_locked=True))
    written = update(Due.__table__).where(*mine, *([] if waits else [free]))
    ends_at = _clock_after(dialect, bindparam("pause"))
    return written.values(due_at=ends_at, lease_until=None, leased_by="", failures=0).returning(due.due_at, due.urgent)


def let_go(db: Session, mailbox_id: str, fence: int, **end: Any) -> None:
    """End of a check that is held: `due_at` and what else changes. Raises LeaseLost."""
    _write(db, mailbox_id, fence, lease_until=None, leased_by="", **end)


def _write(db: Session, mailbox_id: str, fence: int, **values: Any) -> Row:
    written = update(Due).where(Due.mailbox_id == mailbox_id, Due.fence == fence).values(**values).returning(Due.due_at, Due.urgent)
    row = db.execute(written, execution_options=NO_SYNC).one_or_none()
    if row is None:
        raise LeaseLost(mailbox_id)
    return row


def later(db: Session, pause: timedelta) -> ColumnElement[Any]:
    """So long after the database's present, as an expression: a statement that sets it needs no look at the clock before."""
    dialect = db.get_bind().dialect.name
    return _clock_after(dialect, pause if dialect == "postgresql" else seconds(pause))


def _clock_after(dialect: str, pause: Any) -> ColumnElement[Any]:
    if dialect == "postgresql":
        return func.clock_timestamp(type_=DateTime(timezone=True)) + pause
    return func.strftime("%Y-%m-%d %H:%M:%f000", "now", pause)


def seconds(pause: timedelta) -> str:
    """As SQLite's clock takes it."""
    return f"+{pause.total_seconds():.3f} seconds"


def start_schedule(db: Session, mailbox_id: str, tenant_id: str, body: str) -> None:
    """A new mailbox is due at once, and its tenant takes part in the turns."""
    now = database_now(db)
    insert_new(db, Turn, [{"tenant_id": tenant_id, "last_served": LONG_AGO}], Turn.tenant_id)
    db.add(Due(mailbox_id=mailbox_id, tenant_id=tenant_id, body=body, due_at=now))


def start_schedules(db: Session, tenant_id: str, bodies: dict[str, str], is_read: Container[str]) -> None:
    """The same for many, by mailbox and body; those that are not read wait until they are."""
    now = database_now(db)
    insert_new(db, Turn, [{"tenant_id": tenant_id, "last_served": LONG_AGO}], Turn.tenant_id)
    rows = [
        {"mailbox_id": id, "tenant_id": tenant_id, "body": body, "due_at": now if id in is_read else None} for id, body in bodies.items()
    ]
    if rows:
        db.execute(insert(Due), rows)


def withdraw(db: Session, mailbox_ids: Iterable[str]) -> None:
    """Not read until `resume`; a check that is under way writes nothing more."""
    gone = update(Due).where(Due.mailbox_id.in_(list(mailbox_ids)))
    db.execute(gone.values(due_at=None, urgent=False, lease_until=None, leased_by="", fence=Due.fence + 1), execution_options=NO_SYNC)


def forget_leases(db: Session) -> None:
    """Of workers that are known to be dead: what they were reading is due now, and nothing of theirs can be written any more."""
    _end_leases(db, Due.lease_until.is_not(None))


def take_back(db: Session, tenant_id: str) -> None:
    """What workers are reading of this tenant is due now, and nothing that they have read can be written any more."""
    _end_leases(db, Due.lease_until.is_not(None) & (Due.tenant_id == tenant_id))


def take_back_mailboxes(db: Session, mailbox_ids: Select[str]) -> None:
    """The same for what is being read of these."""
    _end_leases(db, Due.lease_until.is_not(None) & Due.mailbox_id.in_(mailbox_ids))


def _end_leases(db: Session, which: ColumnElement[bool]) -> None:
    ended = update(Due).where(which)
    db.execute(ended.values(due_at=database_now(db), lease_until=None, leased_by="", fence=Due.fence + 1), execution_options=NO_SYNC)


def bring_forward(db: Session, mailbox_ids: Iterable[str], urgent: bool = False) -> None:
    """Due now. One that is being read keeps its lease; its end looks whether somebody asked meanwhile."""
    now, ids = database_now(db), list(mailbox_ids)
    if urgent:
        db.execute(update(Due).where(Due.mailbox_id.in_(ids)).values(urgent=True), execution_options=NO_SYNC)
    free = update(Due).where(Due.mailbox_id.in_(ids), (Due.lease_until.is_(None)) | (Due.lease_until <= now))
    db.execute(free.values(due_at=now, lease_until=None, leased_by=""), execution_options=NO_SYNC)


def wait_for(db: Session, mailbox_ids: Select[str]) -> None:
    """Until whoever claims or ends checks of these mailboxes has written it; nobody does before the unit ends."""
    db.execute(select(Due.mailbox_id).where(Due.mailbox_id.in_(mailbox_ids)).order_by(Due.mailbox_id).with_for_update())


def locked(db: Session, mailbox_id: str) -> Due:
    """The mailbox's row, nobody else's until the unit ends. Raises NotFound when the mailbox was removed meanwhile."""
    row = db.scalars(select(Due).where(Due.mailbox_id == mailbox_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound()
    return row
