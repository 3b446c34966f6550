"""Certificates on the wire: the card of one, the ticket that a worker asks a private key with, and what it gets.

The file and its password come as a form of two fields (`ImportCertificate`). A certificate's `state` is valid, expiring (within 60 days) or
expired; one that was removed is no longer listed.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from marshmallow import Schema, fields, validate, validates_schema
from marshmallow.exceptions import ValidationError

from services.contracts.message import new_id, utc_now
from services.contracts.schemas import Shape
from services.contracts.sentences import said

STATES = ("valid", "expiring", "expired")
REASONS = ("schedule", "sync", "browser")
OF_PEOPLE = ("sync", "browser")
AT_MOST = 50
LARGEST_FILE = 100_000
MOST_AT_ONCE = 2_000


class CertificateWarning(Schema):
    """Something that is accepted and should be looked at."""

    code = fields.String()
    message = fields.String()


class Certificate(Schema):
    """A certificate without its key. `client_id` is empty for the firm's own; `serial` is in hex."""

    id = fields.String()
    client_id = fields.String()
    subject = fields.String()
    tax_id = fields.String()
    issuer = fields.String()
    serial = fields.String()
    not_before = fields.AwareDateTime(format="iso")
    not_after = fields.AwareDateTime(format="iso")
    state = fields.String(validate=validate.OneOf(STATES))
    uses = fields.Integer()
    last_used_at = fields.AwareDateTime(format="iso", allow_none=True)
    uploaded_by = fields.String()


def usable(cards: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The one that a browser shows: of those in date, which stand newest first, one whose time has come.

    Where there is none but for later, that one: the keyring says why it cannot be used yet.
    """
    in_date = [card for card in cards if card["state"] != "expired"]
    begun = [card for card in in_date if datetime.fromisoformat(card["not_before"]) <= utc_now()]
    return next(iter(begun or in_date), None)


class ImportedCertificate(Certificate):
    """What an import answers: the certificate and what is odd about it."""

    warnings = fields.List(fields.Nested(CertificateWarning))


class ImportCertificate(Shape):
    """The form of an import (multipart): a PKCS#12 file of at most 100 kB and its password, which is not kept."""

    file = fields.Raw(required=True, metadata={"type": "string", "format": "binary"})
    password = fields.String(required=True, validate=validate.Length(max=200))


class Ticket(Shape):
    """Why a worker wants a private key. `id` is a UUIDv7 made when asking, good for one use within five minutes; left out, one is made.

    For a browser the session stands where the mailbox does, and `why` is what the person wrote.
    """

    id = fields.UUID(load_default=lambda: UUID(new_id()))
    tenant_id = fields.String(required=True, validate=validate.Length(1, 36))
    certificate_id = fields.String(required=True, validate=validate.Length(1, 36))
    mailbox_id = fields.String(required=True, validate=validate.Length(1, 36))
    client_id = fields.String(required=True, validate=validate.Length(1, 36))
    body = fields.String(required=True, validate=validate.Length(1, 40))
    reason = fields.String(required=True, validate=validate.OneOf(REASONS))
    user_id = fields.String(load_default="", allow_none=True, validate=validate.Length(max=36))

    why = fields.String(load_default="", validate=validate.Length(max=300))

    @validates_schema
    def a_person_stands_behind_what_people_ask(self, ticket: dict[str, Any], **_: Any) -> None:
        if ticket.get("reason") in OF_PEOPLE and not ticket.get("user_id"):
            raise ValidationError(said("Esto lo pide una persona."), "user_id")
        if ticket.get("reason") == "browser" and not ticket.get("why"):
            raise ValidationError(said("Quien abre un navegador dice por qué."), "why")


class Tickets(Shape):
    """All of one call."""

    at_most = validate.Length(max=AT_MOST, error=said("Como mucho {most} de una vez.", most=AT_MOST))
    tickets = fields.List(fields.Nested(Ticket), required=True, validate=at_most)


class HandedIn(Shape):
    """One file of many: its name, and a box of {pkcs12_base64, password}, or what is wrong with it."""

    name = fields.String(required=True, validate=validate.Length(max=300))
    box = fields.String(validate=validate.Length(max=2 * LARGEST_FILE))
    fault = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))


class ManyHandedIn(Shape):
    """All of one ZIP; `digest` is its SHA-256, in hex."""

    entries = fields.List(fields.Nested(HandedIn), required=True, validate=validate.Length(1, MOST_AT_ONCE))
    digest = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))


def import_many_context() -> bytes:
    """What the boxes of an import of many are bound to: whose each certificate is, only the certificate itself says."""
    return json.dumps(["casillero/import-many/1"]).encode()


def import_context(client_id: str) -> bytes:
    """What the box of an import is bound to; made by whoever hands it over and by the keyring to open it."""
    return json.dumps(["casillero/import/1", client_id]).encode()


def release_context(released: dict[str, Any], worker_key: str) -> bytes:
    """What the box of a released key is bound to; made by the keyring to seal it and by the worker to open it.

    `released` has {ticket_id, certificate_id, mailbox_id, expires_at}, as in the answer. The worker refuses what has expired.
    """
    bound = [released[name] for name in ("ticket_id", "certificate_id", "mailbox_id", "expires_at")]
    return json.dumps(["casillero/release/1", *bound, worker_key]).encode()
