"""Who does a periodic job, of all processes of a service: a row with a name and an instant until which it is taken.

A process that dies while it works is replaced when its lease runs out; one that works longer than its period keeps the lease meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import eventlet
import structlog
from sqlalchemy import bindparam, update

from services.chassis.insert import insert_new
from services.chassis.logs import what_failed
from services.chassis.tables import Instant
from services.contracts.message import utc_now

if TYPE_CHECKING:
    from services.chassis.database import Store

log = structlog.get_logger()
SHARE = 0.9  # Of the period, so that the holder's own next tick finds it free.


def take_lease(store: Store, name: str, seconds: float, holder: str = "") -> bool:
    """Whether the job is this process's for about so many seconds."""
    lease, now = store.model.Lease, utc_now()
    ours = {"name": name, "holder": holder, "until": now + timedelta(seconds=seconds * SHARE)}
    with store.begin() as db:
        taken = db.connection().execute(taking(lease), {"now": now, "which": name, "whose": holder, "ends_at": ours["until"]})
        return taken.rowcount == 1 or len(insert_new(db, lease, [ours], lease.name)) == 1


@lru_cache
def taking(lease: Any) -> Any:
    """The statement of every tick of every job, which is most of what a service at rest does; so it is made once."""
    now, ends_at = (bindparam(name, type_=Instant) for name in ("now", "ends_at"))
    free = update(lease.__table__).where(lease.name == bindparam("which"), lease.until <= now)
    return free.values(holder=bindparam("whose"), until=ends_at)


@contextmanager
def kept(store: Store, name: str, seconds: float) -> Iterator[None]:
    """Renews a lease that was taken, for as long as the block runs."""
    over = threading.Event()

    def renew() -> None:
        lease = store.model.Lease
        while not over.wait(seconds / 3):
            try:
                with store.begin() as db:
                    db.execute(update(lease).where(lease.name == name).values(until=utc_now() + timedelta(seconds=seconds * SHARE)))
            except Exception as error:
                log.warning("lease_not_renewed", job=name, error=what_failed(error))

    keeper = eventlet.spawn(renew)
    try:
        yield
    finally:
        over.set()
        keeper.wait()
