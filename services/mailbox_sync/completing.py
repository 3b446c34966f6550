"""Checks that were read whole come to their good end, several in one commit.

A worker's checks end one after the other, a few dozen a second. The first is written at once, those of the next tenth of a second together:
a commit and most statements cost the same for one check as for ten. Being killed before that commit repeats the checks. Trap: a transaction
that waits for one mailbox while it holds others could wait in a circle with whoever changes several, so together nothing is waited for: a
mailbox that somebody else is just writing, or has taken over, is left to be written alone.

Invariant: only this moves `last_complete_check_at`, in the commit that stores the last page, and only while the fence is held.
"""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from eventlet.queue import LightQueue
from sqlalchemy import bindparam, insert, select, update

from services.chassis.alone import alone_with
from services.chassis.database import UnitOfWork
from services.contracts.events import MailboxChecked
from services.contracts.message import new_id
from services.mailbox_sync import breaking, claims, schedule
from services.mailbox_sync.checks import Check, store_page
from services.mailbox_sync.claims import LeaseLost
from services.mailbox_sync.connecting import Page
from services.mailbox_sync.endings import attempt_of, finish_sync, let_go
from services.mailbox_sync.models import Attempt, Coverage, Mailbox
from services.mailbox_sync.uses import tell_used

PACE_S = 0.1
Ended = tuple[Check, Page]

# Made once and past the ORM: making these statements would cost ten times what running them does.
_MAILBOXES = Mailbox.__table__
_MINE = _MAILBOXES.c.tenant_id == bindparam("tenant")
READ_WHOLE = (
    update(_MAILBOXES)
    .where(_MINE, _MAILBOXES.c.id == bindparam("mailbox"))
    .values(last_complete_check_at=bindparam("now"), covered_since=bindparam("since"), covered_until=bindparam("until"))
    .values(state="active", error=None)
)
CHECKED_AT = select(_MAILBOXES.c.client_id, _MAILBOXES.c.last_complete_check_at).where(
    _MINE, _MAILBOXES.c.client_id.in_(bindparam("clients", expanding=True)), _MAILBOXES.c.state != "paused"
)
COVERED, ATTEMPTED = insert(Coverage.__table__), insert(Attempt.__table__)


class Waiting:
    """Checks that wait to be written; whoever adds one waits when there are too many."""

    def __init__(self, at_most: int):
        self._queue: LightQueue = LightQueue(at_most)

    def add(self, check: Check, last: Page) -> None:
        self._queue.put((check, last))

    def close(self) -> None:
        self._queue.put(None)

    def batches(self) -> Iterator[list[Ended]]:
        """Until it is closed: whatever waits, as soon as something does and the last batch is a tenth of a second old."""
        while (first := self._queue.get()) is not None:
            began, batch = time.monotonic(), [first]
            while not self._queue.empty():
                batch.append(self._queue.get())
            yield [one for one in batch if one is not None]
            if batch[-1] is None:
                return
            time.sleep(max(0, began + PACE_S - time.monotonic()))


def complete(db: UnitOfWork, check: Check, last: Page, every_s: int) -> None:
    """Every page was read; the last one is stored here. Raises LeaseLost."""
    if _complete(db, [(check, last)], every_s, waits=True):
        raise LeaseLost(check.mailbox_id)


def complete_together(db: UnitOfWork, ended: Sequence[Ended], every_s: int) -> list[Ended]:
    """The same for checks of any tenants; → those that have to be written alone."""
    left: list[Ended] = []
    for _, own in groupby(sorted(ended, key=lambda one: one[0].tenant_id), key=lambda one: one[0].tenant_id):
        left += _complete(db, list(own), every_s, waits=False)
    return left


def _complete(db: UnitOfWork, ended: Sequence[Ended], every_s: int, waits: bool) -> list[Ended]:
    """Of one tenant."""
    done: list[tuple[Check, datetime]] = []
    left: list[Ended] = []
    for check, last in ended:
        db.act_for(check.asking)
        pause = schedule.until_next(every_s, random.random())
        finished = claims.finish(db, check.mailbox_id, check.fence, pause, waits)
        if finished is None:
            left.append((check, last))
            continue
        # A copy, since all of this may be rolled back and done again.
        done.append((_end(db, replace(check, digests=[*check.digests]), last, *finished), finished[0]))
    if done:
        _write(db, done)
    return left


def _end(db: UnitOfWork, check: Check, last: Page, now: datetime, was_urgent: bool) -> Check:
    """What is each check's own."""
    store_page(db, check, last)
    finish_sync(db, check, now, None)
    if check.body_was_failing:
        breaking.mend(db, check.body)
    if was_urgent:
        let_go(db, check, now, {"urgent": False})
    return check


def _write(db: UnitOfWork, done: Sequence[tuple[Check, datetime]]) -> None:
    """What all of them write alike."""
    write = db.connection().execute
    sinces = [schedule.covered_since(check.covered_since, check.covered_until, check.began_at) for check, _ in done]
    write(READ_WHOLE, [_dates_of(check, now, since) for (check, now), since in zip(done, sinces, strict=True)])
    write(COVERED, [coverage_of(check, since) for (check, _), since in zip(done, sinces, strict=True)])
    write(ATTEMPTED, [attempt_of(check, now, "ok", False) for check, now in done])
    tell_used(db, [check for check, _ in done])
    oldest = oldest_complete(db, {check.client_id for check, _ in done})
    for check, now in done:
        db.act_for(check.asking)
        whose = {"mailbox_id": check.mailbox_id, "client_id": check.client_id, "body": check.body}
        db.publish(MailboxChecked(**whose, complete_at=now, client_complete_at=oldest[check.client_id]))


def _dates_of(check: Check, now: datetime, since: datetime) -> dict[str, Any]:
    return {"tenant": check.tenant_id, "mailbox": check.mailbox_id, "now": now, "since": since, "until": check.began_at}


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


def oldest_complete(db: UnitOfWork, client_ids: set[str]) -> dict[str, datetime | None]:
    """A client's last complete check: the oldest of its mailboxes that are not paused; None while one was never read whole.

    Two mailboxes of a client that end at once, in two units that do not see each other, would each count the other as it was before.
    """
    alone_with(db, client_ids)
    dates: dict[str, list[datetime | None]] = {client_id: [] for client_id in client_ids}
    for client_id, date in db.connection().execute(CHECKED_AT, {"tenant": db.asking.tenant_id, "clients": sorted(client_ids)}):
        dates[client_id].append(date)
    return {client_id: None if None in own else min(filter(None, own), default=None) for client_id, own in dates.items()}
