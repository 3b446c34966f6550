"""The rows of a job: kept when somebody asks for it, shown, and forgotten a month after its end.

Only whoever asked for a job, and who manages users, may know of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import NotFound
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import Json
from services.contracts.schemas.paging import Id, sort_terms, words

SEALED_FOR = "jobs"
KEEP = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class NewJob:
    """`digest` (SHA-256, hex) is that of the list that was sent, for the trail; `arguments` hold no text of a person."""

    kind: str
    rows: Sequence[Json]
    digest: str
    arguments: Json = field(default_factory=dict)
    is_dry_run: bool = False


def digest_of(items: Sequence[Any]) -> str:
    """SHA-256, in hex, of a list as JSON without white space: the form of the lists of bulk acts in the trail."""
    return hashlib.sha256(json.dumps(list(items), separators=(",", ":")).encode()).hexdigest()


def keep_new(db: UnitOfWork, asking: Asking, new: NewJob, at_once: int) -> Any:
    model, now = db.store.model, utc_now()
    who = {"asked_by": asking.user_id, "only": asking.only, "request_id": asking.request_id}
    what = {"kind": new.kind, "is_dry_run": new.is_dry_run, "arguments": new.arguments, "total": len(new.rows)}
    made = model.Job(id=new_id(), state="queued", position=0, counts={}, created_at=now, **who, **what)
    db.add(made)
    for number, start in enumerate(range(0, len(new.rows), at_once)):
        db.add(model.JobPart(job_id=made.id, number=number, sealed=sealed(db, new.rows[start : start + at_once])))
    db.add(model.JobClaim(id=made.id, tenant_id=asking.tenant_id, holder="", lease_until=now, served_at=now, attempts=0))
    return made


def sealed(db: UnitOfWork, rows: Sequence[Json]) -> str:
    return db.store.seals.seal(db.asking.tenant_id, SEALED_FOR, json.dumps(rows).encode())


def opened(db: UnitOfWork, part: Any) -> list[Json]:
    return json.loads(db.store.seals.open(db.asking.tenant_id, SEALED_FOR, part.sealed))


def keep_outcomes(db: UnitOfWork, job_id: str, rows: Sequence[Json], outcomes: Sequence[Any]) -> None:
    """One a row, in one statement."""
    kept = [
        {
            "tenant_id": db.asking.tenant_id,
            "job_id": job_id,
            "line": row["line"],
            "outcome": one.outcome,
            "subject_id": one.subject_id,
            "name": row.get("name", "")[:300],
            "errors": one.errors,
        }
        for row, one in zip(rows, outcomes, strict=True)
    ]
    db.connection().execute(insert(db.store.model.JobOutcome.__table__), kept)


def visible_job(service: str, db: UnitOfWork, asking: Asking, job_id: str) -> Any:
    """The job of this shown id; raises NotFound."""
    owner, _, row_id = job_id.partition(".")
    is_one = owner == service and Id.SHAPE.fullmatch(row_id)
    job = db.get(db.store.model.Job, row_id) if is_one else None
    if job is None or (job.asked_by != asking.user_id and "users.manage" not in asking.scope.capabilities):
        raise NotFound()
    return job


def shown(service: str, job: Any) -> Json:
    """As `schemas.jobs.Job`."""
    return {
        "id": f"{service}.{job.id}",
        "kind": job.kind,
        "state": job.state,
        "dry_run": job.is_dry_run,
        "total": job.total,
        "position": job.position,
        "counts": job.counts,
        "error": job.error,
        "asked_by": job.asked_by,
        "created_at": job.created_at.isoformat(),
        "started_at": instant(job.started_at),
        "ended_at": instant(job.ended_at),
    }


def instant(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def outcomes_of(db: UnitOfWork, job: Any, wanted: Json) -> Json:
    """`wanted` as loaded by `schemas.jobs.JobOutcomesPage`."""
    table, number, size = db.store.model.JobOutcome, wanted["page"], wanted["page_size"]
    found = select(table).where(table.job_id == job.id)
    if wanted.get("outcome"):
        found = found.where(table.outcome.in_(words(wanted["outcome"])))
    is_last_first = any(greatest for _, greatest in sort_terms(wanted["sort"]))
    total = db.scalar(select(func.count()).select_from(found.subquery()))
    page = found.order_by(table.line.desc() if is_last_first else table.line).limit(size).offset((number - 1) * size)
    return {"items": [outcome_shown(row) for row in db.scalars(page)], "total": total, "page": number, "page_size": size}


def outcome_shown(row: Any) -> Json:
    """As `schemas.jobs.JobOutcome`."""
    plain = {name: getattr(row, name) for name in ("line", "outcome", "name", "errors")}
    return plain | {"subject_id": row.subject_id or None}


def forget_old(db: UnitOfWork) -> None:
    """Of the tenant that is acted for."""
    model = db.store.model
    old = select(model.Job.id).where(model.Job.ended_at < utc_now() - KEEP)
    for table, column in ((model.JobOutcome, model.JobOutcome.job_id), (model.Job, model.Job.id)):
        db.execute(delete(table).where(column.in_(old)), execution_options={"synchronize_session": False})


def destroy_parts(db: UnitOfWork, job_id: str, *numbers: int) -> None:
    """All of a job's, or those of these numbers."""
    part = db.store.model.JobPart
    which = (part.job_id == job_id, *([part.number.in_(numbers)] if numbers else []))
    db.execute(delete(part).where(*which), execution_options={"synchronize_session": False})
