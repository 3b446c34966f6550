"""Signing in, API tokens and invitations, as `sign_in` takes and gives them.

A token is shown once, in `NewTokenShown`; afterwards only what it is called and what it may do.
"""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Email, Text
from services.contracts.sentences import said


class Credentials(Shape):
    """The body of POST /api/session. A password is never longer than 1,024 characters, so that hashing it has a bound."""

    email = fields.String(required=True, validate=validate.Length(1, 254, error=said("Escriba su dirección de correo.")))
    password = fields.String(required=True, validate=validate.Length(1, 1024, error=said("Escriba su contraseña.")), load_only=True)
    otp = fields.String(load_only=True, allow_none=True, validate=validate.Length(max=100, error=said("No es un código.")))


class Session(Schema):
    """The answer of `sign_in`: the gateway keeps `session` in a cookie that scripts cannot read."""

    session = fields.String()
    csrf_token = fields.String()
    is_enrolling = fields.Boolean()
    tenant_id = fields.String()
    user_id = fields.String()


class OpenSession(Schema):
    """`is_this`: the one that asks."""

    id = fields.String()
    is_this = fields.Boolean()
    created_at = fields.String()
    expires_at = fields.String()


class Invitation(Shape):
    """What an invited person sends: the one-time code of their link and the password that they chose."""

    code = fields.String(required=True)
    password = fields.String(required=True, load_only=True)


class Mail(Schema):
    """How far a letter is: `state` is pending, sent or failed; `reason` says in words why it is not sent yet, or never will be."""

    state = fields.String()
    reason = fields.String()
    sent_at = fields.String(allow_none=True)


class Invited(Schema):
    """`invitation` is the one-time code, shown this once; null when it goes by mail."""

    invitation = fields.String(allow_none=True)
    mail = fields.Nested(Mail, allow_none=True)


class InvitationState(Schema):
    """`expires_at` is null when no code is open: there was none, it was used, or it has expired."""

    expires_at = fields.String(allow_none=True)
    mail = fields.Nested(Mail, allow_none=True)


class HowInvited(Shape):
    """`link`: show the code even though mail could be sent."""

    by = fields.String(load_default="", validate=validate.OneOf(("", "mail", "link"), error=said("Solo existen «mail» y «link».")))


class Forgotten(Shape):
    email = fields.String(required=True, validate=validate.Length(1, 254, error=said("Escriba su dirección de correo.")))


class Said(Schema):
    """A sentence for whoever asked."""

    message = fields.String()


class NewPassword(Shape):
    current = fields.String(required=True, load_only=True)
    password = fields.String(required=True, load_only=True)


class Founder(Shape):
    """What the first person of a new installation sends: their firm and themselves."""

    tenant = Text(200, 1, required=True)
    name = Text(200, 1, required=True)
    email = Email(254, 3, required=True)
    password = fields.String(required=True, load_only=True)


class NewToken(Shape):
    """`capabilities` absent or null: all of its owner's, whatever they are at the moment of use; none at all: it only reads."""

    name = Text(200, 1, required=True)
    capabilities = fields.List(Text(100, 1), load_default=None, allow_none=True)
    expires_at = fields.AwareDateTime(load_default=None, allow_none=True)


class Token(Schema):
    """An API token as listed; instants are RFC 3339 UTC, `expires_at` null when it does not end."""

    id = fields.String()
    name = fields.String()
    capabilities = fields.List(fields.String(), allow_none=True)
    created_at = fields.String()
    expires_at = fields.String(allow_none=True)
    last_used_at = fields.String(allow_none=True)


class NewTokenShown(Token):
    """The only answer that ever holds the token itself."""

    token = fields.String()
