"""A long job on the wire: how far it is, and what became of each of its rows.

A job's id names the service that does it and is opaque to readers. Of a dry run nothing stays: its outcomes say what would happen.
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields

from services.contracts.schemas.paging import OneOrMore, PageRequest, paged

STATES: Final = ("queued", "running", "done", "failed")
WOULD: Final = {"created": "would_create", "changed": "would_change"}
OUTCOMES: Final = ("created", "changed", "unchanged", "refused", *WOULD.values())


class JobError(Schema):
    """Why a job stopped; what it had done until then stays."""

    code = fields.String()
    message = fields.String()


class Job(Schema):
    """`position` of `total` rows are dealt with; `counts` says how many had which outcome. Instants are RFC 3339 UTC."""

    id = fields.String(required=True)
    kind = fields.String()
    state = fields.String(required=True)
    dry_run = fields.Boolean()
    total = fields.Integer()
    position = fields.Integer()
    counts = fields.Dict(keys=fields.String(), values=fields.Integer())
    error = fields.Nested(JobError, allow_none=True)
    asked_by = fields.String()
    created_at = fields.String()
    started_at = fields.String(allow_none=True)
    ended_at = fields.String(allow_none=True)


class JobOutcome(Schema):
    """What became of a row. `line`: of the file, its header being line 1, or the place in the list that was sent; `name`: of its file.

    `subject_id`: the record that it is about, null when there is none. `errors`: why it was refused, by field.
    """

    line = fields.Integer()
    outcome = fields.String()
    subject_id = fields.String(allow_none=True)
    name = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class JobOutcomesPage(PageRequest):
    """The filters of GET /api/jobs/{id}/outcomes, in the order of lines."""

    sorts = ("line",)

    outcome = OneOrMore(OUTCOMES)


JobOutcomeList = paged(JobOutcome)
