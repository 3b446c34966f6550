"""How the public bodies answer, over all tenants: ids, codes and times only.

The last day's checks are looked at, at most a thousand a body. A mailbox's own trouble (no certificate, no power) does not count against
the body: only what the body itself failed to answer does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from services.chassis.database import UnitOfWork
from services.contracts.rpc import Json
from services.mailbox_sync.bodies import name_of
from services.mailbox_sync.breaking import WHOLE_BODY
from services.mailbox_sync.claims import database_now
from services.mailbox_sync.listing import iso
from services.mailbox_sync.models import Attempt, Breaker

LOOK_BACK = timedelta(days=1)
LOOKED_AT = 1000
KEEP = timedelta(days=7)


def health_of(db: UnitOfWork, body: str) -> Json:
    """As `schemas.mailboxes.BodyHealth`."""
    now = database_now(db)
    recent = select(Attempt.is_failure, Attempt.duration_ms).where(Attempt.body == body, Attempt.at > now - LOOK_BACK)
    rows = db.execute(recent.order_by(Attempt.at.desc()).limit(LOOKED_AT)).all()
    answered = sorted(row.duration_ms for row in rows if not row.is_failure)
    return {
        "body": body,
        "name": name_of(body),
        "checks": len(rows),
        "success_share": round(len(answered) / len(rows), 4) if rows else None,
        "p50_ms": percentile(answered, 50),
        "p95_ms": percentile(answered, 95),
        "last_good_read_at": iso(db.scalar(select(func.max(Attempt.at)).where(Attempt.body == body, Attempt.outcome == "ok"))),
        **breaker_of(db.get(Breaker, (body, WHOLE_BODY)), now),
    }


def percentile(ordered: Sequence[int], share: int) -> int | None:
    """Nearest rank."""
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)] if ordered else None


def breaker_of(row: Breaker | None, now: datetime) -> Json:
    if row is None or row.rests_until is None:
        return {"breaker": "closed", "retry_at": None}
    return {"breaker": "open" if row.rests_until > now else "half_open", "retry_at": iso(row.rests_until)}


def forget_old(db: UnitOfWork) -> None:
    db.execute(delete(Attempt).where(Attempt.at < database_now(db) - KEEP))
