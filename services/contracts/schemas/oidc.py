"""A firm's own sign-in provider (OpenID Connect), as `sign_in` takes and gives it. The client secret goes in and never comes out."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Flag, Text
from services.contracts.schemas.paging import Id
from services.contracts.sentences import said

DOMAIN: Final = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}\Z")


class Issuer(Text):
    """The provider's address, as it writes it itself: with https, without query or fragment (OpenID Connect Discovery 1.0, section 3)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            parts = urlsplit(text)
            is_address = parts.scheme == "https" and bool(parts.hostname) and (parts.port or 443) > 0
        except ValueError:
            is_address = False
        if not is_address or parts.query or parts.fragment or "@" in parts.netloc:
            raise ValidationError(said("Escriba la dirección de su proveedor con https:// y sin «?» ni «#»."))
        return text


class Domain(Text):
    """What follows the @, in small letters."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs).casefold().removeprefix("@")
        if not DOMAIN.match(text):
            raise ValidationError(said("Escriba un dominio de correo, como despacho.es."))
        return text


class NewProvider(Shape):
    """The body of PUT /api/settings/oidc. `client_secret` may be left out when issuer and client are the same as before.

    `email_domains` empty: any domain. `new_users_role` null: only who is a user already gets in; else who is not becomes one, with it.
    `is_required`: neither passwords nor passkeys let anybody in but the one who is to set things right when the provider fails.
    """

    issuer = Issuer(500, 8, required=True)
    client_id = Text(300, 1, required=True)
    client_secret = Text(500, 1, load_only=True)
    email_domains = fields.List(Domain(253, 1), load_default=list, validate=validate.Length(max=50, error=said("No pase de 50 dominios.")))
    new_users_role = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(1, 100, error=said("No es un rol de su despacho."))
    )
    is_required = Flag(load_default=False)
    emergency_user_id = Id(load_default=None, allow_none=True)

    @validates_schema
    def new_users_come_from_known_domains(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("new_users_role") and not data.get("email_domains"):
            raise ValidationError(said("Para dar de alta a quien entra, indique de qué dominios de correo."), "email_domains")

    @validates_schema
    def somebody_gets_in_when_the_provider_fails(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("is_required") and not data.get("emergency_user_id"):
            raise ValidationError(said("Indique quién podrá entrar con contraseña si el proveedor falla."), "emergency_user_id")


class Provider(Schema):
    """`redirect_uri` is what has to be registered at the provider, `start_url` the firm's own link to sign in with."""

    issuer = fields.String()
    client_id = fields.String()
    email_domains = fields.List(fields.String())
    new_users_role = fields.String(allow_none=True)
    is_required = fields.Boolean()
    emergency_user_id = fields.String(allow_none=True)
    redirect_uri = fields.String()
    start_url = fields.String()


class Start(Shape):
    """The body of POST /api/session/oidc/start."""

    email = fields.String(required=True, validate=validate.Length(1, 254, error=said("Escriba su dirección de correo.")))


class StartOfFirm(Shape):
    """The query of GET /api/session/oidc/start."""

    tenant = Id(required=True)


class Redirect(Schema):
    redirect = fields.String()


class ProvidersAnswer(Schema):
    """The query with which a provider sends a browser back (RFC 6749, section 4.1.2); what else it adds is not read."""

    class Meta:
        unknown = EXCLUDE

    state = fields.String(load_default="", validate=validate.Length(max=200))
    code = fields.String(load_default="", validate=validate.Length(max=4000))
    iss = fields.String(load_default="", validate=validate.Length(max=500))
    error = fields.String(load_default="", validate=validate.Length(max=200))
