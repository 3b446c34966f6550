"""Long work that a person asks for: a job in the database, done part by part, never a held delivery.

    start_job in a unit of work → job and its parts, rows sealed → any process of the service, woken after the commit, takes a turn:
    who asked still may? → one part: its effects, the outcome of each row and how far the job is, in ONE commit → the next job's turn …

So being killed at any point repeats nothing and loses nothing, what was begun waits for the end of a lease at most, and one firm's large
job does not make another's small one wait. A change of rights applies to the next part: a job of somebody who no longer may fails there,
and what it did stays. Of a dry run each part is done and rolled back.

    class Clients(Jobs, Service):
        job_asked = ClientJobAsked                       # the event that puts the job in the trail

        @job(needs="clients.import")                     # in the unit of work; answers an Outcome a row, in order
        def import_clients(self, db, asking, job, rows): ...

        @job(needs="mailboxes.sync", unit=False)         # asks others, opens keys; answers what is to be done in the unit of work
        def sync_mailboxes(self, asking, job, rows): return lambda db: [...]

What such a method answers may have a `close`, which is called whatever comes of it. A row is JSON with its `line`. Trap: nobody calls while
a job runs, so other services are asked with `self.clients.asking(asking)`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar

from nameko.extensions import DependencyProvider
from sqlalchemy import event

from services.chassis.always import always
from services.chassis.asking import Asking
from services.chassis.database import Database, Store, UnitOfWork
from services.chassis.entrypoints import marked, rpc
from services.chassis.job_records import NewJob, digest_of, forget_old, keep_new, outcomes_of, shown, visible_job
from services.chassis.job_turns import forget_leases, take_turn
from services.chassis.promises import Promise
from services.contracts.message import new_id
from services.contracts.rpc import SIGNED_IN, Json, Scope
from services.contracts.schemas import checked
from services.contracts.schemas.jobs import JobOutcomesPage

__all__ = ["Jobs", "NewJob", "Outcome", "digest_of", "job"]

AT_ONCE = 500
POLL_S = 1.0


@dataclass(frozen=True)
class Outcome:
    """What became of a row: created, changed, unchanged or refused, with the reasons by field."""

    outcome: str
    subject_id: str = ""
    errors: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Declared:
    """What `@job` says of a method."""

    kind: str
    needs: str
    at_once: int
    has_unit: bool


def job(*, needs: str, at_once: int = AT_ONCE, unit: bool = True) -> Callable:
    """Declare how a part of a job is done, at most `at_once` rows; see above."""

    def decorate(method: Callable) -> Callable:
        return marked(method, job=Declared(method.__name__, needs, at_once, unit))

    return decorate


class Bell(DependencyProvider):
    """What wakes the process when it has committed a job, and its name in claims."""

    def setup(self) -> None:
        self.holder = f"{os.getpid()}-{new_id()[-12:]}"
        self.rung = threading.Event()
        self.is_alone = self.container.config["settings"].is_embedded

    def get_dependency(self, worker_ctx: Any) -> Bell:
        return self


class Jobs:
    """A part of a service that has jobs, before `Service` among its bases; `job_asked` is the event that says so of its own."""

    name: str
    db: Database | Store
    access: Promise
    job_asked: ClassVar[Any]
    bell = Bell()

    def standing_of(self, asking: Asking) -> Scope:
        """Of whoever the work is done for, whoever calls; raises NotSignedIn for a user who is not active."""
        return Scope.from_wire(self.access.asking(asking.without_key()).scope())

    def start_job(self, db: UnitOfWork, asking: Asking, new: NewJob) -> Json:
        """Leaves with the unit of work, and is begun after its commit; → the job as shown."""
        forget_old(db)
        made = keep_new(db, asking, new, getattr(type(self), new.kind).job.at_once)
        db.publish(self.job_asked(job_id=made.id, kind=new.kind, is_dry_run=new.is_dry_run, count=made.total, sha256=new.digest))
        event.listen(db, "after_commit", lambda session: self.bell.rung.set(), once=True)
        return shown(self.name, made)

    @rpc(needs=SIGNED_IN)
    def job(self, db: UnitOfWork, asking: Asking, job_id: str) -> Json:
        return shown(self.name, visible_job(self.name, db, asking, job_id))

    @rpc(needs=SIGNED_IN)
    def job_outcomes(self, db: UnitOfWork, asking: Asking, job_id: str, page: Json) -> Json:
        return outcomes_of(db, visible_job(self.name, db, asking, job_id), checked(JobOutcomesPage, page))

    @always
    def do_jobs(self, stopping: threading.Event) -> None:
        if self.bell.is_alone:
            forget_leases(self.db)
        while not stopping.is_set():
            self.bell.rung.clear()
            if not take_turn(self, self.bell.holder):
                self.bell.rung.wait(POLL_S)
