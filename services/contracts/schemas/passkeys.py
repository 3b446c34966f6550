"""Passkeys on the wire. What a browser makes, and what it is asked for, are the JSON forms of W3C WebAuthn, level 3, section 5.1.

The options go to `PublicKeyCredential.parseCreationOptionsFromJSON` and `parseRequestOptionsFromJSON` as they are; `credential` is what
`toJSON()` gives of the browser's answer. Bytes are base64url without padding.
"""

from __future__ import annotations

from marshmallow import Schema, fields

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Text


class NewPasskey(Shape):
    name = Text(200, 1, required=True)
    credential = fields.Dict(required=True)


class PasskeyChanges(Shape):
    name = Text(200, 1, required=True)


class PasskeyShown(Shape):
    """The body of POST /api/session/passkey."""

    credential = fields.Dict(required=True)


class Passkey(Schema):
    """As its owner sees it; instants are RFC 3339 UTC, `last_used_at` null until it was used."""

    id = fields.String()
    name = fields.String()
    created_at = fields.String()
    last_used_at = fields.String(allow_none=True)


class CreationOptions(Schema):
    rp = fields.Dict()
    user = fields.Dict()
    challenge = fields.String()
    pubKeyCredParams = fields.List(fields.Dict())  # noqa: N815 (the standard's own name)
    timeout = fields.Integer()
    excludeCredentials = fields.List(fields.Dict())  # noqa: N815
    authenticatorSelection = fields.Dict()  # noqa: N815
    attestation = fields.String()


class RequestOptions(Schema):
    challenge = fields.String()
    timeout = fields.Integer()
    rpId = fields.String()  # noqa: N815
    allowCredentials = fields.List(fields.Dict())  # noqa: N815
    userVerification = fields.String()  # noqa: N815
