"""The settings of a firm, as `access` takes and gives them. A firm begins with the defaults that its row in `access` has:

60 days of warning before a certificate expires, ordinary passwords that are enough by themselves, Spanish, no mailboxes for new clients, no
logo.
"""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Flag, Text
from services.contracts.schemas.mailboxes import KNOWN_VIA
from services.contracts.schemas.people import LANGUAGES, SEDES
from services.contracts.sentences import said

LARGEST_LOGO: Final = 200_000


class DefaultMailbox(Shape):
    """A mailbox for each new client: at which body, and how it is entered."""

    body = fields.String(required=True, validate=validate.OneOf(SEDES, error=said("No es un organismo con buzones.")))
    via = fields.String(load_default="own_certificate", validate=KNOWN_VIA)


def each_body_once(mailboxes: list[dict[str, Any]]) -> None:
    if len({mailbox["body"] for mailbox in mailboxes}) < len(mailboxes):
        raise ValidationError(said("Cada organismo solo puede figurar una vez."))


class SettingsChanges(Shape):
    """The body of PATCH /api/settings: what is not sent stays as it is. `strict_passwords`: the rules of the ENS;
    `requires_second_factor`: who signs in with a password and has none can only set one up.

    A certificate is warned of for at most 60 days, because from then on before its end it can be renewed.
    """

    version = fields.Integer(required=True, strict=True)
    name = Text(200, 1)
    certificate_warning_days = fields.Integer(strict=True, validate=validate.Range(1, 60, error=said("Es un número de días de 1 a 60.")))
    strict_passwords = Flag()
    requires_second_factor = Flag()
    language = fields.String(validate=validate.OneOf(LANGUAGES, error=said("Solo existen: {known}.", known=", ".join(LANGUAGES))))
    default_mailboxes = fields.List(fields.Nested(DefaultMailbox), validate=each_body_once)


class Settings(Schema):
    """What any user of the firm may know of it."""

    name = fields.String()
    certificate_warning_days = fields.Integer()
    strict_passwords = fields.Boolean()
    requires_second_factor = fields.Boolean()
    language = fields.String()
    default_mailboxes = fields.List(fields.Nested(DefaultMailbox))
    has_logo = fields.Boolean()
    version = fields.Integer()
