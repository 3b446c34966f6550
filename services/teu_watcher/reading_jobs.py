"""A day that somebody asked to be read, as one of the product's jobs: its rows are edicts, which have no outcomes of their own.

Known to whoever asked for it, and to who manages users, like every job.
"""

from __future__ import annotations

from typing import Any

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import NotFound
from services.contracts.rpc import Json
from services.contracts.schemas.paging import Id
from services.teu_watcher.models import Day, Job

SERVICE = "teu_watcher"


def job_shown(db: UnitOfWork, job: Job) -> Json:
    """As `schemas.edicts.ReadingJob`; the progress of a job under way is its day's."""
    progress: Any = job if job.ended_at else db.get(Day, job.day) or job
    return {
        "id": f"{SERVICE}.{job.id}",
        "kind": "read_day",
        "state": job.state,
        "dry_run": False,
        "position": progress.edicts_read,
        "total": progress.edicts_total,
        "counts": {},
        "error": job.error and {"code": "day_not_read", "message": job.error},
        "asked_by": job.requested_by,
        "created_at": job.requested_at.isoformat(),
        "started_at": None if job.state == "queued" else job.requested_at.isoformat(),
        "ended_at": job.ended_at and job.ended_at.isoformat(),
        "date": job.day.isoformat(),
    }


def known_job(service: Any, db: UnitOfWork, asking: Asking, job_id: str) -> Job:
    owner, _, row_id = job_id.partition(".")
    job = db.get(Job, row_id) if owner == SERVICE and Id.SHAPE.fullmatch(row_id) else None
    if job is None or (job.requested_by != asking.user_id and "users.manage" not in asking.scope.capabilities):
        raise NotFound()
    return job
