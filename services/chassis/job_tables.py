"""The tables of a service that has jobs (see `jobs`), made for its base by `job_tables`.

    jobs           who asked for what, how far it is, what came of it; no text of a person
    job_parts      the rows still to be dealt with, sealed; destroyed with their part
    job_outcomes   what became of each row
    job_claims     the jobs that are not over, one row each: whose turn it is, and which process has it until when

Catalogued exception to row-level security: `job_claims`, which is claimed across tenants and holds ids and instants only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, Index, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column
from services.contracts.message import utc_now


class Job(Tenanted):
    """queued → running → done or failed. `only` narrows what may be done, as whoever asked had it narrowed; `position` counts rows."""

    __tablename__ = "jobs"
    id: Mapped[str] = id_column()
    kind: Mapped[str] = mapped_column(String(60))
    asked_by: Mapped[str] = mapped_column(String(36))
    only: Mapped[str] = mapped_column(Text, default="")
    request_id: Mapped[str] = mapped_column(String(36), default="")
    state: Mapped[str] = mapped_column(String(10), default="queued")
    is_dry_run: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int]
    position: Mapped[int] = mapped_column(default=0)
    counts: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    error: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class JobPart(Tenanted):
    __tablename__ = "job_parts"
    job_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[str] = mapped_column(Text)


class JobOutcome(Tenanted):
    """`subject_id`: the record that the row is about, if there is one. `errors`: {field: [sentence…]} of a row that was refused."""

    __tablename__ = "job_outcomes"
    job_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    outcome: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(36), default="")
    name: Mapped[str] = mapped_column(String(300), default="")
    errors: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)


class JobClaim:
    """Free when `lease_until` is past; the one served longest ago comes first. `attempts` at the present part that failed."""

    __tablename__ = "job_claims"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    holder: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime] = mapped_column(Instant)
    served_at: Mapped[datetime] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)

    @declared_attr.directive
    def __table_args__(cls) -> tuple:  # noqa: N805  (the directive is given the class)
        return (Index("job_claims_in_turn", "served_at"),)


class JobTables(NamedTuple):
    """The mapped classes of one service."""

    Job: Any
    JobPart: Any
    JobOutcome: Any
    JobClaim: Any


def job_tables(base: Any) -> JobTables:
    """Give a service's base the tables of jobs, as `Model.Job`, `Model.JobPart`, `Model.JobOutcome`, `Model.JobClaim`."""
    made = [type(table.__name__, (table, base), {}) for table in (Job, JobPart, JobOutcome, JobClaim)]
    for table in made:
        setattr(base, table.__name__, table)
    return JobTables(*made)
