"""Edicts of the TEU on the wire: those that name a client, which days of the bulletin were read, and the job that reads one.

`match` of an edict: `on_reading` when the client was watched as the edict was read, `afterwards` when the watch began later and the edict
was found among those of the last 92 days; its terms may already be running, or over.
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields

from services.contracts.schemas import Shape
from services.contracts.schemas.jobs import Job
from services.contracts.schemas.notifications import PROCESSING_STATES
from services.contracts.schemas.paging import Id, OneOrMore, PageRequest, paged

MATCHES: Final = ("on_reading", "afterwards")
REGIMES: Final = ("general", "tax", "traffic")
DAY_STATES: Final = ("unread", "reading", "done", "none")
SORTS: Final = ("published_on", "found_at")


class EdictsPage(PageRequest):
    """The filters of GET /api/edicts; the latest published come first unless `sort` says otherwise."""

    sorts = SORTS

    date = fields.Date()
    client = Id()
    match = OneOrMore(MATCHES)
    tray = OneOrMore(PROCESSING_STATES)


class Edict(Schema):
    """An edict that names a client. `reference` is the bulletin's own (BOE-N-…); `row` the text around the tax id, empty until known."""

    id = fields.String()
    client_id = fields.String()
    reference = fields.String()
    published_on = fields.String()
    issuer = fields.String()
    title = fields.String()
    regime = fields.String()
    holder_tax_id = fields.String()
    row = fields.String()
    url = fields.String()
    match = fields.String()
    tray = fields.String()
    found_at = fields.String()
    has_document = fields.Boolean()


class Source(Schema):
    """Whether the bulletin is read and why (not), in plain words."""

    is_on = fields.Boolean()
    reason = fields.String()


class Day(Schema):
    """A day of the bulletin. `none`: there was no bulletin. `unreadable`: references of edicts that a person must look at."""

    date = fields.String()
    state = fields.String()
    edicts_read = fields.Integer()
    edicts_total = fields.Integer()
    unreadable = fields.List(fields.String())
    error = fields.String(allow_none=True)
    last_polled_at = fields.String(allow_none=True)


class Coverage(Schema):
    """`days_read`: read whole, within the last 92 days. `gaps`: each day since `watching_since`, or asked for, that was not, but today."""

    watching_since = fields.String(allow_none=True)
    days_read = fields.List(fields.String())
    days_without_bulletin = fields.List(fields.String())
    gaps = fields.List(fields.Nested(Day))
    today = fields.Nested(Day)
    source = fields.Nested(Source)


class ReadDay(Shape):
    """The body of POST /api/edicts/read."""

    date = fields.Date(required=True)


class ReadingJob(Job):
    """A day that somebody asked to be read: `position` of `total` edicts. When it failed the schedule tries the day again."""

    date = fields.String()


EdictList = paged(Edict)
