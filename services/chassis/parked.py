"""Events that a handler could not deal with: kept, tried again with growing pauses, shown to the operator.

Poison never blocks its neighbours. An event leaves the table after it was handled, or when a person discards it; being killed between the
handling and the leaving repeats only the leaving.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy import delete, func, select

from services.chassis.insert import insert_new
from services.chassis.logs import what_failed
from services.contracts.message import Envelope, utc_now

if TYPE_CHECKING:
    from services.chassis.database import Store, UnitOfWork

log = structlog.get_logger()
PAUSES = [timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)]
AT_ONCE = 50


def park(store: Store, handler: str, envelope: Envelope, error: str) -> None:
    """Keep an event that failed; a second copy of it changes nothing."""
    log.error("event_parked", handler=handler, event_id=envelope.id, topic=envelope.topic, error=error)
    parked = store.model.Parked
    with store.begin() as db:
        row = {
            "handler": handler,
            "event_id": envelope.id,
            "envelope": envelope.to_wire(),
            "error": error,
            "next_try_at": utc_now() + PAUSES[0],
        }
        insert_new(db, parked, [row | {"attempts": 1, "parked_at": utc_now()}], parked.event_id)


def discard(store: Store, handler: str, event_id: str) -> None:
    """Give an event up: it counts as handled, so that another copy of it is skipped."""
    parked, handled = store.model.Parked, store.model.Handled
    with store.begin() as db:
        insert_new(db, handled, [{"handler": handler, "event_id": event_id}], handled.event_id)
        db.execute(delete(parked).where(parked.handler == handler, parked.event_id == event_id))


def summary(db: UnitOfWork) -> list[dict[str, Any]]:
    """By handler, what is parked of the firm that is acted for: [{handler, count, oldest_at, next_try_at}], instants as RFC 3339 UTC."""
    parked = db.store.model.Parked
    counted = (func.count(), func.min(parked.parked_at), func.min(parked.next_try_at))
    mine = parked.envelope["tenant_id"].as_string() == db.asking.tenant_id
    rows = db.execute(select(parked.handler, *counted).where(mine).group_by(parked.handler).order_by(parked.handler))
    return [
        {"handler": handler, "count": count, "oldest_at": oldest.isoformat(), "next_try_at": next_try.isoformat()}
        for handler, count, oldest, next_try in rows
    ]


def handlers_due(db: UnitOfWork) -> list[str]:
    """Who has events that are to be tried again; one question for all handlers, because nearly always nobody has."""
    parked = db.store.model.Parked
    return list(db.scalars(select(parked.handler).where(parked.next_try_at <= utc_now()).distinct()))


def retry_due(store: Store, handler: str, apply: Callable[[list[Envelope]], None]) -> int:
    """Try the parked events of a handler that are due; returns how many were dealt with."""
    parked = store.model.Parked
    with store.begin() as db:
        due = select(parked).where(parked.handler == handler, parked.next_try_at <= utc_now()).order_by(parked.event_id).limit(AT_ONCE)
        rows = db.scalars(due).all()
    return sum(try_again(store, row, apply) for row in rows)


def try_again(store: Store, row: Any, apply: Callable[[list[Envelope]], None]) -> bool:
    parked = store.model.Parked
    try:
        apply([Envelope.from_wire(row.envelope)])
    except Exception as error:
        with store.begin() as db:
            again = db.get(parked, (row.handler, row.event_id))
            if again is not None:
                again.attempts += 1
                again.error = what_failed(error)
                again.next_try_at = utc_now() + PAUSES[min(again.attempts, len(PAUSES)) - 1]
        return False
    with store.begin() as db:
        db.execute(delete(parked).where(parked.handler == row.handler, parked.event_id == row.event_id))
    return True
