"""One process reads the bulletin at a time: a lease in the database, kept alive while it reads and checked in every write.

Killed, its lease runs out within LEASE_S and another process goes on from what was committed. Whoever lost the lease finds out at its next
write and stops. The lease's row is also what keeps the reader and the watch list apart: see `watch`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import eventlet
import structlog
from sqlalchemy import select, update

from services.chassis.database import Store, UnitOfWork
from services.chassis.entrypoints import take_lease
from services.chassis.insert import insert_new
from services.chassis.logs import what_failed
from services.contracts.message import new_id, utc_now
from services.teu_watcher import source
from services.teu_watcher.models import Model

log = structlog.get_logger()
NAME = "teu_watcher.bulletin"
LEASE_S = 20
BEAT_S = 5


class TurnOver(Exception):
    """This process reads no further: it is to end, the source was switched off, or another process has the lease."""


class Turn:
    """The right to read and to write what was read; `setting` is CASILLERO_TEU_SOURCE."""

    def __init__(self, store: Store, setting: str, stopping: threading.Event):
        self.store, self._setting, self._stopping, self._holder = store, setting, stopping, new_id()

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A unit of work that holds the lease until its commit. Raises TurnOver."""
        with self.store.begin() as db:
            if self._stopping.is_set() or not self._renew(db) or not source.is_on(db, self._setting):
                raise TurnOver
            yield db

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Whether it is our turn until the block ends."""
        if not take_lease(self.store, NAME, LEASE_S, self._holder):
            yield False
            return
        over = threading.Event()
        beat = eventlet.spawn(self._keep_alive, over)
        try:
            yield True
        finally:
            over.set()
            beat.wait()
            with self.store.begin() as db:
                self._renew(db, for_s=0)

    def _keep_alive(self, over: threading.Event) -> None:
        while not over.wait(BEAT_S):
            try:
                with self.store.begin() as db:
                    self._renew(db)
            except Exception as error:
                # The next beat tries again; a lease that ran out meanwhile is found by the next write.
                log.warning("lease_not_renewed", error=what_failed(error))

    def _renew(self, db: UnitOfWork, for_s: float = LEASE_S) -> bool:
        lease = Model.Lease
        held = update(lease).where(lease.name == NAME, lease.holder == self._holder).values(until=utc_now() + timedelta(seconds=for_s))
        return db.scalar(held.returning(lease.name)) is not None


def between_reads(db: UnitOfWork) -> None:
    """Until the commit no read edict is written, so that a new watch and a new mention cannot pass each other unseen."""
    lease = Model.Lease
    insert_new(db, lease, [{"name": NAME, "holder": "", "until": utc_now()}], lease.name)
    db.scalars(select(lease.name).where(lease.name == NAME).with_for_update(read=True)).one()
