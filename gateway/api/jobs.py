"""Long jobs, whichever service does them: a job's id begins with the name of its service, which readers need not know."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import live, session
from gateway.api.describing import describes
from services.contracts.errors import NotFound
from services.contracts.rpc import PROMISES, HasJobs
from services.contracts.schemas.jobs import Job, JobOutcome, JobOutcomesPage
from services.contracts.schemas.paging import paged

blueprint = Blueprint("jobs", __name__)
WITH_JOBS = frozenset(name for name, promise in PROMISES.items() if HasJobs in promise.__mro__)
OVER = ("done", "failed")


def owner(ask: Any, job_id: str) -> Any:
    """The service whose job this is; raises NotFound for an id of none."""
    name = job_id.partition(".")[0]
    if name not in WITH_JOBS:
        raise NotFound()
    return getattr(ask, name)


@blueprint.get("/api/jobs/<job_id>")
@describes("How far a job is, for whoever asked for it and for who manages users", answer=Job)
def job(job_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return owner(ask, job_id).job(job_id)


@blueprint.get("/api/jobs/<job_id>/outcomes")
@describes("What became of each row of a job", query=JobOutcomesPage, answer=paged(JobOutcome))
def outcomes(job_id: str, page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return owner(ask, job_id).job_outcomes(job_id, page)


@blueprint.get("/api/jobs/<job_id>/events")
@describes("How far it is, as server-sent events, until it is done or failed", answer=Job, produces="text/event-stream")
def events(job_id: str) -> Response:
    with session.services() as ask:
        first = owner(ask, job_id).job(job_id)
    return live.stream(first, lambda ask: owner(ask, job_id).job(job_id), ended=lambda job: job["state"] in OVER)
