"""How a check of a mailbox ends that was not read whole (see `completing`): with a fault, or dropped; and what who asked for it is told.

A fault shows its error on the mailbox and leaves its last complete check where it is. Whatever was asked for while the check ran is due at
once after it. All of this is called with the fence held.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from services.chassis.database import UnitOfWork
from services.contracts.message import new_id
from services.mailbox_sync import breaking, claims, schedule
from services.mailbox_sync.checks import Check, show_progress
from services.mailbox_sync.connecting import Fault, RateLimited, TryLater, Unreadable
from services.mailbox_sync.models import Attempt, Mailbox, Sync
from services.mailbox_sync.uses import tell_failed

OPEN_STATES = ("queued", "running")


def attempt_of(check: Check, now: datetime, outcome: str, is_failure: bool) -> dict[str, Any]:
    """The row of `attempts` for the check."""
    ended = {"outcome": outcome, "is_failure": is_failure, "duration_ms": check.duration_ms, "at": now}
    return {"id": new_id(), "body": check.body, **ended}


def fail(db: UnitOfWork, check: Check, now: datetime, fault: Fault) -> None:
    """The mailbox shows the error, what was asked for has failed, and the schedule says when to try again."""
    mailbox = db.get_one(Mailbox, check.mailbox_id)
    mailbox.error = {"code": fault.code, "message": fault.message}
    if isinstance(fault, Unreadable):
        mailbox.state = "unreadable"
    finish_sync(db, check, now, mailbox.error)
    tell_failed(db, check, fault.code)
    rests_until = breaking.note(db, check, now, fault)
    if check.asked_s is not None:
        db.add(Attempt(**attempt_of(check, now, fault.code, isinstance(fault, TryLater))))
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
    tell_failed(db, check, reason["code"])
    regular = (mailbox.last_complete_check_at or now) + schedule.until_next(every_s, random.random())
    let_go(db, check, now, {"due_at": max(now + schedule.FIRST_PAUSE, regular), "urgent": False})


def hand_back(db: UnitOfWork, check: Check, now: datetime) -> None:
    """This worker is stopping: the next one takes it at once, and what was asked for goes on there."""
    claims.let_go(db, check.mailbox_id, check.fence, due_at=now)
    tell_failed(db, check, "stopped")


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
