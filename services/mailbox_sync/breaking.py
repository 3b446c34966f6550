"""Bodies and certificates that are left alone for a while.

    a body that failed eight times in a row rests for a growing, random time; then one mailbox tries, and the others wait for its answer
    a certificate that a body finds too busy rests for as long as the body says, at that body

Rests bind the schedule alone: whoever asks for a mailbox now is let through, with a resting certificate too. What the body then answers is
told to them, and counts like any other answer.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.mailbox_sync import schedule
from services.mailbox_sync.checks import Check
from services.mailbox_sync.connecting import Fault, RateLimited, TryLater
from services.mailbox_sync.models import Breaker

WHOLE_BODY = ""


Broken = dict[tuple[str, str], Breaker]


def broken_among(db: UnitOfWork, checks: Sequence[Check]) -> Broken:
    """What is known against these checks' bodies and certificates, by (body, certificate)."""
    concerned = Breaker.certificate_id.in_([WHOLE_BODY, *(check.certificate_id for check in checks)])
    rows = db.scalars(select(Breaker).where(Breaker.body.in_({check.body for check in checks}), concerned))
    return {(row.body, row.certificate_id): row for row in rows}


def rest_of(broken: Broken, check: Check) -> datetime | None:
    """Until when this mailbox has to wait, None when it can be read; whoever comes first after a rest is the one that tries."""
    now = check.began_at
    certificate, whole = (broken.get((check.body, which)) for which in (check.certificate_id, WHOLE_BODY))
    check.body_was_failing = whole is not None and whole.failures > 0
    if check.sync_id:
        return None
    if certificate and certificate.rests_until and certificate.rests_until > now:
        return certificate.rests_until
    if whole is None or whole.rests_until is None:
        return None
    if whole.rests_until > now:
        return whole.rests_until
    whole.rests_until = now + schedule.PROBE_PAUSE
    return None


def note(db: UnitOfWork, check: Check, now: datetime, fault: Fault) -> datetime | None:
    """Learn from a fault of the body; until when the body or the certificate rests now."""
    if isinstance(fault, RateLimited):
        until = now + timedelta(seconds=fault.pause_s)
        _row(db, check.body, check.certificate_id).rests_until = until
        return until
    if isinstance(fault, TryLater) and check.asked_s is not None:
        row = _row(db, check.body, WHOLE_BODY)
        row.failures += 1
        row.rests_until = schedule.break_of(now, row.failures, random.random())
        return row.rests_until
    return None


def mend(db: UnitOfWork, body: str) -> None:
    """The body has answered as it should; called only when it was failing, so that good checks do not queue for one row."""
    broken = update(Breaker).where(Breaker.body == body, Breaker.certificate_id == WHOLE_BODY, Breaker.failures > 0)
    db.execute(broken.values(failures=0, rests_until=None))


def _row(db: UnitOfWork, body: str, certificate_id: str) -> Breaker:
    insert_new(db, Breaker, [{"body": body, "certificate_id": certificate_id, "failures": 0}], Breaker.body)
    return db.scalars(select(Breaker).where(Breaker.body == body, Breaker.certificate_id == certificate_id).with_for_update()).one()
