"""One database a service, one unit of work an entrypoint: rows, outgoing events and the mark "handled" in one commit.

A unit of work acts for one tenant at a time. The ORM fills and filters `tenant_id` by itself; PostgreSQL's row-level security does the
same again from `app.tenant`, which is set inside the transaction, so that a forgotten filter leaks nothing. Acting for nobody sees no
tenant's rows.

Traps: under eventlet a SQLite busy wait blocks the only thread, so that the writer that yielded never commits; hence one green lock a
database around BEGIN IMMEDIATE … COMMIT. And no call to another service, network or native thread inside a unit of work: `outside_units`
guards those (check first, then write).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from nameko.extensions import DependencyProvider
from sqlalchemy import event, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import LoaderCriteriaOption, Session, with_loader_criteria

from services.chassis.asking import NOBODY, Asking
from services.chassis.crash import crash_point
from services.chassis.engines import driver_of, open_engine, set_tenant
from services.chassis.relay import Relay
from services.chassis.sealing import Seals
from services.chassis.settings import Settings
from services.chassis.tables import Tenanted
from services.contracts.message import Envelope, Event, new_id, utc_now

__all__ = ["Database", "InsideAUnitOfWork", "Store", "UnitOfWork", "driver_of", "open_engine", "outside_units"]

EVENTS = "events"
inside = threading.local()
green_locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)


class InsideAUnitOfWork(RuntimeError):
    """A slow call was made while a transaction was open."""


def outside_units(what: str) -> None:
    """Raises InsideAUnitOfWork when the caller has a unit of work open: network and other services wait until it is over."""
    if getattr(inside, "depth", 0):
        raise InsideAUnitOfWork(f"{what} inside a unit of work: check first, then write")


class UnitOfWork(Session):
    """A session that acts for a tenant and whose events leave with its rows, or not at all."""

    def __init__(self, store: Store, asking: Asking):
        super().__init__(store.engine, expire_on_commit=False, autoflush=True)
        self.store = store
        self.asking = asking
        self.leaving: list[dict[str, Any]] = []

    def act_for(self, asking: Asking) -> None:
        """From here on for another user or tenant, in the same transaction: for batches of events."""
        if asking.tenant_id != self.asking.tenant_id:
            self.flush()
            self.expunge_all()
            set_tenant(self.connection(), asking.tenant_id)
        self.asking = asking

    def publish(self, fact: Event) -> None:
        """The fact leaves when, and only when, this unit of work commits."""
        tenant_id = self.asking.tenant_id
        if fact.publisher != self.store.publisher:
            raise ValueError(f"{self.store.publisher} may not publish {fact.topic}")
        envelope = Envelope(
            id=new_id(),
            topic=fact.topic,
            tenant_id=tenant_id,
            by=self.asking.user_id,
            request_id=self.asking.request_id,
            at=utc_now().isoformat(),
            sealed=self.store.seals.seal(tenant_id, EVENTS, fact.schema.dumps(fact).encode()),
            trace=self.asking.traceparent,
        )
        row = {"id": envelope.id, "topic": envelope.topic, "envelope": envelope.to_wire()}
        self.info["publishes"] = True
        if self.in_nested_transaction():
            self._insert([row])  # What is rolled back to a savepoint takes its events along.
        else:
            self.leaving.append(row)

    def write_outbox(self) -> None:
        """All events in one statement."""
        if self.leaving:
            self._insert(self.leaving)
            self.leaving.clear()

    def _insert(self, rows: list[dict[str, Any]]) -> None:
        """Past the ORM: most of an outbox's time would be the making of objects that nobody reads."""
        self.connection().execute(insert(self.store.model.Outgoing.__table__), rows)


@event.listens_for(UnitOfWork, "do_orm_execute")
def filter_by_tenant(state: Any) -> None:
    """The application's own filter: a query for a tenant's table only ever sees the tenant that is acted for."""
    if state.is_column_load or state.is_relationship_load or state.execution_options.get("without_tenant_filter"):
        return
    state.statement = state.statement.options(of_tenant(state.session.asking.tenant_id))


@lru_cache(maxsize=1024)
def of_tenant(tenant_id: str) -> LoaderCriteriaOption:
    """Kept, because making it takes a third of what a small query does."""
    return with_loader_criteria(Tenanted, lambda table: table.tenant_id == tenant_id, include_aliases=True)


@event.listens_for(UnitOfWork, "before_flush")
def fill_tenant(session: UnitOfWork, context: Any, instances: Any) -> None:
    for row in session.new:
        if isinstance(row, Tenanted) and row.tenant_id is None:
            row.tenant_id = session.asking.tenant_id


class Store:
    """What a service knows as `self.db`: begins units of work."""

    def __init__(self, model: Any, url: str, seals: Seals, wake: Callable[[], None] = lambda: None):
        self.model, self.seals, self.wake = model, seals, wake
        self.publisher = model.service
        self.engine = open_engine(url, model.service)
        self.lock = green_locks[url] if self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def begin(self, asking: Asking = NOBODY) -> Iterator[UnitOfWork]:
        """One transaction. Leaves by committing, or by raising and rolling everything back, the events too."""
        with self.alone():
            unit = self._unit(asking)
            try:
                yield unit
                unit.flush()
                unit.write_outbox()
                if unit.info.get("publishes"):
                    crash_point("before_commit")
                unit.commit()
            finally:
                unit.close()
        if unit.info.get("publishes"):
            crash_point("after_commit")
            self.wake()

    def _unit(self, asking: Asking) -> UnitOfWork:
        """A unit whose transaction has begun. A connection that the server closed while nobody used it is replaced here, once."""
        for last in (False, True):
            unit = UnitOfWork(self, asking)
            try:
                unit.connection(execution_options={"tenant_id": asking.tenant_id})
                return unit
            except DBAPIError as error:
                unit.close()
                if last or not error.connection_invalidated:
                    raise
        raise AssertionError("the loop returns or raises")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else of this process writes to the database meanwhile, if it is SQLite's; and no unit of work is open in this thread."""
        depth = getattr(inside, "depth", 0)
        if depth and self.lock:
            raise InsideAUnitOfWork("a unit of work inside another one")
        if self.lock:
            self.lock.acquire()
        inside.depth = depth + 1
        try:
            yield
        finally:
            inside.depth = depth
            if self.lock:
                self.lock.release()


class Database(DependencyProvider):
    """`db = Database(Model)` in a service class."""

    relay = Relay()

    def __init__(self, model: Any):
        self.model = model

    def setup(self) -> None:
        settings: Settings = self.container.config["settings"]
        seals = Seals.from_file(settings.sealing_key_path)
        self.store = Store(self.model, settings.database_for(self.model.service), seals, wake=self.relay.wake)
        self.relay.serve(self.store)

    def stop(self) -> None:
        self.store.engine.dispose()

    def get_dependency(self, worker_ctx: Any) -> Store:
        return self.store
