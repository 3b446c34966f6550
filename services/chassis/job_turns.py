"""Whose turn it is among the jobs of a service, and what one turn does: one part of one job.

Several processes take turns; a claim skips what another one holds, and is renewed for as long as its part takes. The commit of a part
renews the claim first, so that a process which lost it meanwhile (it was thought dead) writes nothing. A part that cannot be done just now,
because something is away, is tried again a little later for as long as it takes; one that fails for another reason, or clashes with what
somebody else wrote meanwhile, is tried a few times, then the job fails.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Any, NamedTuple

import eventlet
import structlog
from sqlalchemy import bindparam, delete, select, update

from services.chassis.asking import Asking
from services.chassis.away import is_away
from services.chassis.crash import crash_point
from services.chassis.database import Store, UnitOfWork
from services.chassis.job_records import destroy_parts, keep_outcomes, opened
from services.chassis.logs import what_failed
from services.chassis.tables import Instant
from services.contracts.errors import Away, Conflict, Refusal
from services.contracts.message import utc_now
from services.contracts.rpc import Json
from services.contracts.schemas.jobs import WOULD
from services.contracts.sentences import said

log = structlog.get_logger()
LEASE = timedelta(seconds=20)
PAUSE = timedelta(seconds=2)
ATTEMPTS = 3
STOPPED = said("Se detuvo por un error de Casillero, ya anotado. Lo hecho hasta ahí queda hecho; pídalo de nuevo.")
OUR_FAULT = {"code": "internal", "message": STOPPED}


class ClaimLost(Exception):
    """Another process has the job: this one writes nothing more of it."""


class Claim(NamedTuple):
    job_id: str
    tenant_id: str
    holder: str
    attempts: int


class Part(NamedTuple):
    """The job's row, detached, and the rows of its part whose turn it is."""

    job: Any
    number: int
    rows: list[Json]


def forget_leases(store: Store) -> None:
    """Of a process that was alone and is gone: nobody else can hold one."""
    claim = store.model.JobClaim
    with store.begin() as db:
        db.execute(update(claim).values(lease_until=utc_now()))


def take_turn(service: Any, holder: str) -> bool:
    """Do one part of the job that was served longest ago; False when there is none to do."""
    claim = claimed(service.db, holder)
    if claim is None:
        return False
    try:
        with kept(service.db, claim):
            do_part(service, claim)
    except ClaimLost:
        log.info("job_dropped", service=service.name, job_id=claim.job_id)
    except Refusal as refusal:
        after_refusal(service.db, claim, refusal)
    except Exception as error:
        log.error("job_part_failed", service=service.name, job_id=claim.job_id, error=what_failed(error))
        after_fault(service.db, claim, error)
    return True


def claimed(store: Store, holder: str) -> Claim | None:
    """Trap: PostgreSQL may run a bare subquery with a limit for each row of the update, and so take them all; a CTE that locks, once."""
    now = utc_now()
    with store.begin() as db:
        taken = db.connection().execute(claiming(store.model.JobClaim), {"now": now, "until": now + LEASE, "whose": holder})
        row = taken.one_or_none()
    return Claim(row.id, row.tenant_id, holder, row.attempts) if row else None


@lru_cache
def claiming(claim: Any) -> Any:
    """Asked every second by whoever has nothing to do; so it is made once."""
    now, until = (bindparam(name, type_=Instant) for name in ("now", "until"))
    oldest = select(claim.id).where(claim.lease_until <= now).order_by(claim.served_at).limit(1)
    free = oldest.with_for_update(skip_locked=True).cte("free")
    ours = {"holder": bindparam("whose"), "lease_until": until, "served_at": now}
    taken = update(claim.__table__).where(claim.id.in_(select(free.c.id))).values(ours)
    return taken.returning(claim.id, claim.tenant_id, claim.attempts)


@contextmanager
def kept(store: Store, claim: Claim) -> Iterator[None]:
    """Renewed for as long as the part takes."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(LEASE.total_seconds() / 3):
            try:
                with store.begin() as db:
                    hold(db, claim)
            except Exception as error:
                # Lost or not, the part's own commit finds out.
                log.warning("job_lease_not_renewed", error=what_failed(error))

    keeper = eventlet.spawn(renew)
    try:
        yield
    finally:
        over.set()
        keeper.wait()


def do_part(service: Any, claim: Claim) -> None:
    """Raises Refusal when whoever asked may not any more, and ClaimLost."""
    part = next_part(service.db, claim)
    if part is None:
        return
    declared = getattr(type(service), part.job.kind).job
    asking = asker(part.job)
    asking = asking.within(service.standing_of(asking))
    asking.require(declared.needs)
    method = getattr(service, part.job.kind)
    write = partial(method, asking=asking, job=part.job, rows=part.rows) if declared.has_unit else method(asking, part.job, part.rows)
    try:
        with service.db.begin(asking) as db:
            hold(db, claim)
            outcomes = rehearsed(db, write) if part.job.is_dry_run else write(db)
            end_part(db, claim, part, outcomes)
            crash_point("before_part_commit")
    finally:
        getattr(write, "close", int)()
    crash_point("after_part_commit")


def asker(job: Any) -> Asking:
    return Asking(tenant_id=job.tenant_id, user_id=job.asked_by, only=job.only, request_id=job.request_id)


def next_part(store: Store, claim: Claim) -> Part | None:
    """None when there is nothing left of the job: its firm was erased."""
    model = store.model
    with store.begin(Asking(tenant_id=claim.tenant_id)) as db:
        job = db.get(model.Job, claim.job_id)
        part = db.scalars(select(model.JobPart).where(model.JobPart.job_id == claim.job_id).order_by(model.JobPart.number).limit(1)).first()
        if job is None or part is None:
            db.execute(delete(model.JobClaim).where(model.JobClaim.id == claim.job_id))
            return None
        if job.state == "queued":
            job.state, job.started_at = "running", utc_now()
        return Part(job, part.number, opened(db, part))


def hold(db: UnitOfWork, claim: Claim, until: datetime | None = None) -> None:
    """The claim is this process's until then; raises ClaimLost."""
    row = db.store.model.JobClaim
    held = update(row).where(row.id == claim.job_id, row.holder == claim.holder).values(lease_until=until or utc_now() + LEASE)
    if db.connection().execute(held).rowcount != 1:
        raise ClaimLost


def rehearsed(db: UnitOfWork, write: Callable[[UnitOfWork], Sequence[Any]]) -> Sequence[Any]:
    """What would become of each row; nothing of it stays."""
    savepoint = db.begin_nested()
    outcomes = write(db)
    db.flush()
    savepoint.rollback()
    return outcomes


def end_part(db: UnitOfWork, claim: Claim, part: Part, outcomes: Sequence[Any]) -> None:
    """Outcomes, progress, and the turn of the next job; the part's rows are destroyed."""
    model = db.store.model
    words = WOULD if part.job.is_dry_run else {}
    outcomes = [replaced(one, words) for one in outcomes]
    keep_outcomes(db, claim.job_id, part.rows, outcomes)
    destroy_parts(db, claim.job_id, part.number)
    job = db.get_one(model.Job, claim.job_id, with_for_update=True)
    job.position += len(part.rows)
    job.counts = counted(job.counts, [one.outcome for one in outcomes])
    if job.position >= job.total:
        end(db, claim, "done", None)
    else:
        hand_on(db, claim)


def replaced(outcome: Any, words: dict[str, str]) -> Any:
    return type(outcome)(words.get(outcome.outcome, outcome.outcome), outcome.subject_id, outcome.errors)


def counted(counts: dict[str, int], outcomes: list[str]) -> dict[str, int]:
    return {name: counts.get(name, 0) + outcomes.count(name) for name in sorted({*counts, *outcomes})}


def end(db: UnitOfWork, claim: Claim, state: str, error: dict[str, str] | None) -> None:
    """The job is over: nothing of its rows stays but what became of them."""
    model = db.store.model
    job = db.get(model.Job, claim.job_id)
    if job is not None:
        job.state, job.ended_at, job.error = state, utc_now(), error
    destroy_parts(db, claim.job_id)
    db.execute(delete(model.JobClaim).where(model.JobClaim.id == claim.job_id))


def hand_on(db: UnitOfWork, claim: Claim) -> None:
    """Free for whoever takes the next turn."""
    row = db.store.model.JobClaim
    db.execute(update(row).where(row.id == claim.job_id).values(holder="", lease_until=utc_now(), attempts=0))


def after_refusal(store: Store, claim: Claim, refusal: Refusal) -> None:
    """What somebody else wrote while the part was done is known to the next try; a conflict that stays is the answer."""
    if isinstance(refusal, Away):
        put_off(store, claim)
    elif isinstance(refusal, Conflict) and claim.attempts + 1 < ATTEMPTS:
        put_off(store, claim, attempts=claim.attempts + 1)
    else:
        fail(store, claim, {"code": refusal.code, "message": refusal.message})


def after_fault(store: Store, claim: Claim, error: Exception) -> None:
    if is_away(error) or claim.attempts + 1 < ATTEMPTS:
        put_off(store, claim, attempts=claim.attempts + (not is_away(error)))
    else:
        fail(store, claim, OUR_FAULT)


def put_off(store: Store, claim: Claim, attempts: int | None = None) -> None:
    """A little later, whoever takes it. A database that is away does not hear of it: the lease runs out by itself."""
    row = store.model.JobClaim
    try:
        with store.begin() as db:
            hold(db, claim, until=utc_now() + PAUSE)
            db.execute(update(row).where(row.id == claim.job_id).values(attempts=claim.attempts if attempts is None else attempts))
    except Exception as error:
        log.warning("job_not_put_off", job_id=claim.job_id, error=what_failed(error))


def fail(store: Store, claim: Claim, error: dict[str, str]) -> None:
    try:
        with store.begin(Asking(tenant_id=claim.tenant_id)) as db:
            hold(db, claim)
            end(db, claim, "failed", error)
    except Exception as why:
        log.warning("job_not_failed", job_id=claim.job_id, error=what_failed(why))
