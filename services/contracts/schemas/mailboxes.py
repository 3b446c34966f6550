"""A mailbox on the wire, its reading by hand (a sync), and the public bodies with how they are doing.

`body` of a new mailbox is any known body here: whether it can be read yet is for the service to say.
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.paging import Id, OneOrMore, PageRequest, paged
from services.contracts.schemas.people import BODIES, SEDES
from services.contracts.sentences import said

VIAS: Final = ("own_certificate", "power", "firm_certificate")
STATES: Final = ("active", "paused", "unreadable")
SYNC_STATES: Final = ("queued", "running", "done", "failed")
SORTS: Final = ("last_complete_check_at", "last_attempt_at", "next_check_at", "covered_since", "body", "state", "created_at")

KNOWN_BODY = validate.OneOf(BODIES, error=said("No es un organismo conocido."))
KNOWN_VIA = validate.OneOf(VIAS, error=said("Solo existen: {known}.", known=", ".join(VIAS)))
CAN_BE_SET = validate.OneOf(("active", "paused"), error=said("Solo se puede poner «active» o «paused»."))


class NewMailbox(Shape):
    """The body of POST /api/clients/{id}/mailboxes. Without `certificate_id` the latest valid one that fits `via` is used."""

    body = fields.String(required=True, validate=KNOWN_BODY)
    via = fields.String(load_default="own_certificate", validate=KNOWN_VIA)
    certificate_id = Id(load_default=None, allow_none=True)


class MailboxChanges(Shape):
    """The body of PATCH /api/mailboxes/{id}: what is not sent stays. A `certificate_id` of null goes back to the default one."""

    version = fields.Integer(required=True, strict=True)
    state = fields.String(validate=CAN_BE_SET)
    via = fields.String(validate=KNOWN_VIA)
    certificate_id = Id(allow_none=True)


class Trouble(Schema):
    """Why something could not be read; `code` is for programs, `message` one Spanish sentence that names the cure."""

    code = fields.String()
    message = fields.String()


class May(Schema):
    """What whoever asks may do with the mailbox just now."""

    sync = fields.Boolean()
    open = fields.Boolean()


class Mailbox(Schema):
    """A mailbox as answered. Instants are RFC 3339 UTC. `next_check_at` is null while it is being read and while it is not read at all.

    `why_not_read` says why it is not read at all, whatever its state: `client_archived`, `notifications_off` or `mailbox_paused`. `sync_id`
    is of the reading that a person asked for and that is not over.
    """

    id = fields.String()
    client_id = fields.String()
    body = fields.String()
    via = fields.String()
    certificate_id = fields.String(allow_none=True)
    state = fields.String()
    last_attempt_at = fields.String(allow_none=True)
    last_complete_check_at = fields.String(allow_none=True)
    covered_since = fields.String(allow_none=True)
    next_check_at = fields.String(allow_none=True)
    why_not_read = fields.Nested(Trouble, allow_none=True)
    sync_id = fields.String(allow_none=True)
    error = fields.Nested(Trouble, allow_none=True)
    may = fields.Nested(May)
    version = fields.Integer()
    created_at = fields.String()


class MailboxesPage(PageRequest):
    """The filters of GET /api/mailboxes. `stale_hours=24`: not completely checked within the last 24 hours, or never."""

    sorts = SORTS

    body = OneOrMore(SEDES)
    client = Id()
    state = OneOrMore(STATES)
    stale_hours = fields.Integer(validate=validate.Range(1, 24 * 365, error=said("Es un número de horas de 1 a 8760.")))


class Sync(Schema):
    """A reading that a person asked for. `total_pages` is null until the body has said it; the reading is over when done or failed."""

    id = fields.String()
    mailbox_id = fields.String()
    state = fields.String()
    pages_read = fields.Integer()
    total_pages = fields.Integer(allow_none=True)
    notices_seen = fields.Integer()
    notices_new = fields.Integer()
    error = fields.Nested(Trouble, allow_none=True)
    requested_by = fields.String()
    requested_at = fields.String()
    started_at = fields.String(allow_none=True)
    ended_at = fields.String(allow_none=True)


class Body(Schema):
    """A public body. `kind`: platform, sede, court or bulletin. `vias`: how its mailboxes can be entered. `is_read`: we read it already."""

    id = fields.String()
    name = fields.String()
    kind = fields.String()
    vias = fields.List(fields.String())
    needs = fields.List(fields.String())
    is_read = fields.Boolean()


class BodyHealth(Schema):
    """How a body answered in the last day. `breaker`: closed (asked as usual), open (left alone until `retry_at`) or half_open (tried)."""

    body = fields.String()
    name = fields.String()
    checks = fields.Integer()
    success_share = fields.Float(allow_none=True)
    p50_ms = fields.Integer(allow_none=True)
    p95_ms = fields.Integer(allow_none=True)
    last_good_read_at = fields.String(allow_none=True)
    breaker = fields.String()
    retry_at = fields.String(allow_none=True)


MailboxList = paged(Mailbox)
