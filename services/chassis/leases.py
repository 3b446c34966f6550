"""Who does a periodic job, of all processes of a service: a row with a name and an instant until which it is taken.

A process that dies while it works is replaced when its lease runs out; one that works longer than its period keeps the lease meanwhile.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import eventlet
import structlog
from sqlalchemy import update

from services.chassis.insert import insert_new
from services.chassis.logs import what_failed
from services.contracts.message import utc_now

if TYPE_CHECKING:
    from services.chassis.database import Store

log = structlog.get_logger()
SHARE = 0.9  # Of the period, so that the holder's own next tick finds it free.


def take_lease(store: Store, name: str, seconds: float, holder: str = "") -> bool:
    """Whether the job is this process's for about so many seconds."""
    lease, now = store.model.Lease, utc_now()
    with store.begin() as db:
        insert_new(db, lease, [{"name": name, "holder": "", "until": now}], lease.name)
        taken = (
            update(lease)
            .where(lease.name == name, lease.until <= now)
            .values(holder=holder, until=now + timedelta(seconds=seconds * SHARE))
        )
        return len(db.scalars(taken.returning(lease.name)).all()) == 1


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
