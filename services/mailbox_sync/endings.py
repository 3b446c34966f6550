"""How a check of a mailbox ends: whole, with a fault, or dropped; and what a person who asked for it is told.

Only `complete` moves `last_complete_check_at`, in the commit that stores the last page. A fault shows its error on the mailbox and leaves
that date where it is. Whatever was asked for while the check ran is due at once after it. All but `complete` are called with the fence
held; `complete` takes it itself, in the statement that ends the check.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from services.chassis.database import UnitOfWork
from services.contracts.events import MailboxChecked
from services.contracts.message import new_id
from services.mailbox_sync import breaking, claims, schedule
from services.mailbox_sync.checks import Check, show_progress, store_page
from services.mailbox_sync.connecting import Fault, Page, RateLimited, TryLater, Unreadable
from services.mailbox_sync.models import Attempt, Coverage, Mailbox, Sync

OPEN_STATES = ("queued", "running")


# What every good check runs, made once and past the ORM: making these statements would cost ten times what running them does.
_MAILBOXES = Mailbox.__table__
_MINE = _MAILBOXES.c.tenant_id == bindparam("tenant")
READ_WHOLE = (
    update(_MAILBOXES)
    .where(_MINE, _MAILBOXES.c.id == bindparam("mailbox"))
    .values(last_complete_check_at=bindparam("now"), covered_since=bindparam("since"), covered_until=bindparam("until"))
    .values(state="active", error=None)
)
CHECKED_AT = select(_MAILBOXES.c.last_complete_check_at).where(
    _MINE, _MAILBOXES.c.client_id == bindparam("client"), _MAILBOXES.c.state != "paused"
)
COVERED, ATTEMPTED = insert(Coverage.__table__), insert(Attempt.__table__)


def complete(db: UnitOfWork, check: Check, last: Page, every_s: int) -> None:
    """Every page was read; the last one is stored here. This is what happens all day."""
    now, was_urgent = claims.finish(db, check.mailbox_id, check.fence, schedule.until_next(every_s, random.random()))
    store_page(db, check, last)
    since = schedule.covered_since(check.covered_since, check.covered_until, check.began_at)
    dates = {"now": now, "since": since, "until": check.began_at}
    db.connection().execute(READ_WHOLE, {"tenant": check.tenant_id, "mailbox": check.mailbox_id, **dates})
    db.connection().execute(COVERED, coverage_of(check, since))
    attempted(db, check, now, "ok", False)
    finish_sync(db, check, now, None)
    if check.body_was_failing:
        breaking.mend(db, check.body)
    if was_urgent:
        let_go(db, check, now, {"urgent": False})
    whose = {"mailbox_id": check.mailbox_id, "client_id": check.client_id, "body": check.body}
    db.publish(MailboxChecked(**whose, complete_at=now, client_complete_at=oldest_complete(db, check)))


def coverage_of(check: Check, since: datetime) -> dict[str, Any]:
    """One more entry of the ledger, from where the last one ended, unless there is a gap."""
    return {
        "id": new_id(),
        "tenant_id": check.tenant_id,
        "mailbox_id": check.mailbox_id,
        "since": check.covered_until if since < check.began_at else since,
        "until": check.began_at,
        "pages_read": check.pages_read,
        "total_pages": check.total_pages,
        "notices": check.notices_seen,
        "digest": hashlib.sha256("".join(check.digests).encode()).hexdigest(),
        "certificate_id": check.certificate_id,
    }


def attempted(db: UnitOfWork, check: Check, now: datetime, outcome: str, is_failure: bool) -> None:
    ended = {"outcome": outcome, "is_failure": is_failure, "duration_ms": check.duration_ms, "at": now}
    db.connection().execute(ATTEMPTED, {"id": new_id(), "body": check.body, **ended})


def oldest_complete(db: UnitOfWork, check: Check) -> datetime | None:
    """The client's last complete check: the oldest of its mailboxes that are not paused; None while one was never read whole."""
    dates = db.connection().execute(CHECKED_AT, {"tenant": check.tenant_id, "client": check.client_id}).scalars().all()
    known = [date for date in dates if date]
    return min(known, default=None) if len(known) == len(dates) else None


def fail(db: UnitOfWork, check: Check, now: datetime, fault: Fault) -> None:
    """The mailbox shows the error, what was asked for has failed, and the schedule says when to try again."""
    mailbox = db.get_one(Mailbox, check.mailbox_id)
    mailbox.error = {"code": fault.code, "message": fault.message}
    if isinstance(fault, Unreadable):
        mailbox.state = "unreadable"
    finish_sync(db, check, now, mailbox.error)
    rests_until = breaking.note(db, check, now, fault)
    if check.asked_s is not None:
        attempted(db, check, now, fault.code, isinstance(fault, TryLater))
    is_late = schedule.is_urgent(now, mailbox.last_complete_check_at or mailbox.created_at)
    failures = check.failures if isinstance(fault, RateLimited) else check.failures + 1
    let_go(db, check, now, {"due_at": next_try(now, fault, rests_until, (failures, is_late)), "urgent": is_late, "failures": failures})


def next_try(now: datetime, fault: Fault, rests_until: datetime | None, history: tuple[int, bool]) -> datetime:
    draw = random.random()
    if isinstance(fault, RateLimited):
        return schedule.after_pause(rests_until or now, draw)
    if isinstance(fault, Unreadable):
        return schedule.after_refusal(now, draw)
    return schedule.after_failure(now, *history, draw)


def give_up(db: UnitOfWork, check: Check, now: datetime, reason: dict[str, str], every_s: int) -> None:
    """The person who asked may no longer: only what they asked for ends; the mailbox goes back to its schedule, as if nobody had."""
    mailbox = db.get_one(Mailbox, check.mailbox_id)
    finish_sync(db, check, now, reason)
    regular = (mailbox.last_complete_check_at or now) + schedule.until_next(every_s, random.random())
    let_go(db, check, now, {"due_at": max(now + schedule.FIRST_PAUSE, regular), "urgent": False})


def hand_back(db: UnitOfWork, check: Check, now: datetime) -> None:
    """This worker is stopping: the next one takes it at once, and what was asked for goes on there."""
    claims.let_go(db, check.mailbox_id, check.fence, due_at=now)


def let_go(db: UnitOfWork, check: Check, now: datetime, end: dict[str, Any]) -> None:
    asked = select(Sync.id).where(Sync.mailbox_id == check.mailbox_id, Sync.state.in_(OPEN_STATES)).limit(1)
    if db.scalar(asked):
        end |= {"due_at": now, "urgent": True}
    claims.let_go(db, check.mailbox_id, check.fence, **end)


def finish_sync(db: UnitOfWork, check: Check, now: datetime, error: dict[str, str] | None) -> None:
    if check.sync_id:
        sync = db.get_one(Sync, check.sync_id)
        sync.state, sync.ended_at, sync.error = ("failed" if error else "done"), now, error
        show_progress(sync, check)
        db.flush()


def end_syncs(db: UnitOfWork, mailbox_ids: Iterable[str], reason: dict[str, str]) -> None:
    """What was asked for and is not over fails with the reason."""
    still = update(Sync).where(Sync.mailbox_id.in_(list(mailbox_ids)), Sync.state.in_(OPEN_STATES))
    db.execute(still.values(state="failed", error=reason, ended_at=claims.database_now(db)))
