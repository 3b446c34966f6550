"""A notification of the inbox on the wire: what is answered, what a person may change, and the filters of the list.

`kind` is `notification` (has a term), `communication` (has none) or `edict` (an entry of the TEU). `body_state` is what the public body
says and `processing_state` what the people of the firm say.
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Text
from services.contracts.schemas.paging import Id, OneOrMore, PageRequest, paged
from services.contracts.schemas.people import BODIES
from services.contracts.sentences import said

KINDS: Final = ("notification", "communication", "edict")
BODY_STATES: Final = ("available", "accepted", "rejected", "expired", "read")
PROCESSING_STATES: Final = ("pending", "in_progress", "closed")
SORTS: Final = ("read_by", "available_at", "process_by", "body", "processing_state", "body_state")


class NotificationsPage(PageRequest):
    """The filters of GET /api/notifications; the nearest `read_by` comes first unless `sort` says otherwise."""

    sorts = SORTS

    tray = OneOrMore(PROCESSING_STATES)
    kind = OneOrMore(KINDS)
    body = OneOrMore(BODIES)
    body_state = OneOrMore(BODY_STATES)
    client = Id()
    group = Id()
    assignee = Id()
    read_by_before = fields.Date()
    q = Text(200, load_default="")


class NotificationChanges(Shape):
    """The body of PATCH /api/notifications/{id}: what is not sent stays, null takes the reminder or the assignee away."""

    version = fields.Integer(required=True, strict=True)
    processing_state = fields.String(
        validate=validate.OneOf(PROCESSING_STATES, error=said("Solo existen: {known}.", known=", ".join(PROCESSING_STATES)))
    )
    process_by = fields.Date(allow_none=True)
    assignee_id = Id(allow_none=True)


class Issuer(Schema):
    """A public body as it is written in the notice; `code` is its DIR3."""

    code = fields.String()
    name = fields.String()


class Deadline(Schema):
    """What is due on which day in Madrid, by which rule, and how that was counted, in Spanish sentences that end with the citation."""

    kind = fields.String()
    on = fields.String()
    rule = fields.String()
    explanation = fields.List(fields.String())


class Notification(Schema):
    """A notification as answered. Days are Madrid's, instants RFC 3339 UTC. `reference` is the body's own identifier."""

    id = fields.String()
    client_id = fields.String()
    source = fields.String()
    body = fields.String()
    kind = fields.String()
    reference = fields.String()
    subject = fields.String()
    issuer = fields.Nested(Issuer)
    issuer_root = fields.Nested(Issuer)
    holder_tax_id = fields.String()
    available_at = fields.String()
    read_by = fields.String(allow_none=True)
    process_by = fields.String(allow_none=True)
    body_state = fields.String()
    processing_state = fields.String()
    assignee_id = fields.String(allow_none=True)
    opened_at = fields.String(allow_none=True)
    opened_by = fields.String(allow_none=True)
    deadlines = fields.List(fields.Nested(Deadline))
    documents_count = fields.Integer()
    duplicates = fields.List(fields.String())
    version = fields.Integer()


NotificationList = paged(Notification)
