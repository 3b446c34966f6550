"""Users, groups, tenants and "me", as `access` takes and gives them.

A grant names a body and the verbs that it gives there. `role` is the name of one of the tenant's roles.
"""

from __future__ import annotations

from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Email, Flag, Text
from services.contracts.schemas.paging import Id, OneOrMore, PageRequest
from services.contracts.sentences import said

SEDES: Final = ("dehu", "tgss", "aeat", "enotum", "dgt", "lexnet", "justizianet", "bizkaia", "gipuzkoa", "araba", "navarra", "minetur")
BODIES: Final = (*SEDES, "teu")
VERBS: Final = ("sync", "open")
LANGUAGES: Final = ("es", "ca", "eu", "gl", "en")


class Grant(Shape):
    """What may be done at the mailboxes of one body."""

    body = fields.String(required=True, validate=validate.OneOf(BODIES, error=said("No es un organismo conocido.")))
    verbs = fields.List(
        fields.String(validate=validate.OneOf(VERBS, error=said("Solo existen «sync» y «open»."))),
        required=True,
        validate=validate.Length(1, error=said("Indique al menos un permiso.")),
    )


class Named(Schema):
    id = fields.String()
    name = fields.String()


class NewTenant(Shape):
    name = Text(200, 1, required=True)
    admin_email = Email(254, 3, required=True)
    admin_name = Text(200, load_default="")


class Tenant(Named):
    """A firm; instants are RFC 3339 UTC, `suspended_at` null while it is not suspended."""

    created_at = fields.String()
    suspended_at = fields.String(allow_none=True)


class NewUser(Shape):
    email = Email(254, 3, required=True)
    name = Text(200, 1, required=True)
    role = Text(100, 1, required=True)
    group_ids = fields.List(Id(), load_default=list)
    grants = fields.List(fields.Nested(Grant), load_default=list)


class UserChanges(Shape):
    """What is not sent stays as it is."""

    version = fields.Integer(required=True, strict=True)
    email = Email(254, 3)
    name = Text(200, 1)
    role = Text(100, 1)
    is_active = Flag()
    group_ids = fields.List(Id())
    grants = fields.List(fields.Nested(Grant))


class User(Schema):
    """`grants` are the user's own; those of their groups come on top. `language` null: the firm's."""

    id = fields.String()
    email = fields.String()
    name = fields.String()
    role = fields.String()
    language = fields.String(allow_none=True)
    is_active = fields.Boolean()
    groups = fields.List(fields.Nested(Named))
    grants = fields.List(fields.Nested(Grant))
    version = fields.Integer()
    created_at = fields.String()


class UsersPage(PageRequest):
    """`q` searches name and email."""

    sorts = ("name", "email", "is_active", "created_at")

    q = Text(200)
    role = Text(100)
    group = Id()
    is_active = OneOrMore(("true", "false"))


class GroupName(Text):
    """Without the sign that parts the names of groups in files of clients and people."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if "|" in text:
            raise ValidationError(said("No use el signo «|»: separa los grupos en los ficheros."))
        return text


class NewGroup(Shape):
    name = GroupName(200, 1, required=True)
    description = Text(2000, load_default="")
    member_ids = fields.List(Id(), load_default=list)
    grants = fields.List(fields.Nested(Grant), load_default=list)


class GroupChanges(Shape):
    """What is not sent stays as it is; a list that is sent replaces the old one."""

    version = fields.Integer(required=True, strict=True)
    name = GroupName(200, 1)
    description = Text(2000)
    member_ids = fields.List(Id())
    grants = fields.List(fields.Nested(Grant))


class Group(Schema):
    """As `access` knows it; which clients are in it is known by `clients`."""

    id = fields.String()
    name = fields.String()
    description = fields.String()
    member_ids = fields.List(fields.String())
    grants = fields.List(fields.Nested(Grant))
    version = fields.Integer()


class GroupsPage(PageRequest):
    """`q` searches the name."""

    sorts = ("name",)

    q = Text(200)


class ProfileChanges(Shape):
    """The body of PATCH /api/me: what is not sent stays as it is. A `language` of null is the firm's."""

    version = fields.Integer(required=True, strict=True)
    name = Text(200, 1)
    language = fields.String(
        allow_none=True, validate=validate.OneOf(LANGUAGES, error=said("Solo existen: {known}.", known=", ".join(LANGUAGES)))
    )


class OwnFirm(Named):
    """`logo_version` moves when the logo does; null without one."""

    logo_version = fields.Integer(allow_none=True)


class Me(Schema):
    """Whoever is asking, with what they may do just now. `language` is their own, or else the firm's."""

    id = fields.String()
    email = fields.String()
    name = fields.String()
    language = fields.String()
    version = fields.Integer()
    tenant = fields.Nested(OwnFirm)
    role = fields.String()
    capabilities = fields.List(fields.String())
    groups = fields.List(fields.Nested(Named))
