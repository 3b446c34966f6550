"""A small service with jobs on the real chassis, for its own tests: a job books a row a line, or looks outside the unit first."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Mapped

from services.chassis.asking import Asking
from services.chassis.database import Database
from services.chassis.entrypoints import on, rpc
from services.chassis.job_tables import job_tables
from services.chassis.jobs import Jobs, NewJob, Outcome, job
from services.chassis.running import running
from services.chassis.sealing import make_key_file
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.tables import Tenanted, id_column, model_base
from services.contracts.errors import NotSignedIn
from services.contracts.message import REGISTRY, Event, event
from services.contracts.rpc import SIGNED_IN, Scope
from tests.chassis.ledger import make_tables_of

Toiling = model_base("toiler")
job_tables(Toiling)
AT_ONCE = 3


@event("toiler")
class ToilAsked(Event):
    """A job of the toiler was asked for."""

    job_id: str
    kind: str
    is_dry_run: bool
    count: int
    sha256: str


@event("toiler")
class ToilDone(Event):
    """A row was booked."""

    name: str


for declared in (ToilAsked, ToilDone):
    del REGISTRY[declared.topic]


class Toil(Tenanted, Toiling):
    __tablename__ = "toils"
    id: Mapped[str] = id_column()
    name: Mapped[str]


def booked(db: Any, rows: list[dict[str, Any]]) -> list[Outcome]:
    outcomes = []
    for row in rows:
        if row["cell"].startswith("bad"):
            outcomes.append(Outcome("refused", errors={"cell": ["No es bueno."]}))
            continue
        toil = Toil(name=row["cell"])
        db.add(toil)
        db.flush()
        db.publish(ToilDone(name=row["cell"]))
        outcomes.append(Outcome("created", toil.id))
    return outcomes


class Toiler(Jobs, Service):
    """Users are called after what they may do; those in `gone` are not active any more."""

    name = "toiler"
    db = Database(Toiling)
    job_asked = ToilAsked
    gone: set[str] = set()
    broken: set[str] = set()
    away: list[Exception] = []
    looked: list[str] = []
    heard: list[Event] = []

    def standing_of(self, asking):
        if asking.user_id in self.gone:
            raise NotSignedIn("No está.")
        return Scope(asking.user_id, frozenset(asking.user_id.split("+")), frozenset(), frozenset())

    @rpc(needs="toils.write")
    def toil(self, db, asking, cells, kind, dry_run):
        rows = [{"line": number, "cell": cell} for number, cell in enumerate(cells, 1)]
        return self.start_job(db, asking, NewJob(kind=kind, rows=rows, digest="d", is_dry_run=dry_run))

    @on(ToilAsked, ToilDone)
    def hear(self, db, fact):
        """What no queue takes would not leave."""
        self.heard.append(fact)

    @rpc(needs=SIGNED_IN)
    def toiled(self, db, asking):
        return sorted(db.scalars(select(Toil.name)))

    @job(needs="toils.write", at_once=AT_ONCE)
    def book(self, db, asking, job, rows):
        if self.away:
            raise self.away.pop()
        for row in rows:
            if row["cell"] in self.broken:
                raise KeyError(row["cell"])
            if row["cell"].startswith("leave"):
                self.gone.add(asking.user_id)
        return booked(db, rows)

    @job(needs="toils.write", at_once=AT_ONCE, unit=False)
    def look_and_book(self, asking, job, rows):
        self.looked.extend(row["cell"] for row in rows)
        return lambda db: booked(db, rows)


def prepare(settings: Settings) -> None:
    make_key_file(settings.sealing_key_path)
    make_tables_of(settings, Toiling)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Any]:
    prepare(settings)
    with running(settings, [Toiler], [Toiler]) as runner:
        yield runner


def left_over(store: Any, tenant_id: str) -> int:
    """Rows of jobs that are still to be done, or claims: none when every job is over."""
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        tables = ("job_parts", "job_claims")
        return sum(db.scalar(text(f"SELECT count(*) FROM {table} WHERE tenant_id = :id"), {"id": tenant_id}) for table in tables)
