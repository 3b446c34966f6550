"""Users, roles, groups, tenants and "me", as `access` takes and gives them.

A grant names a body and the verbs that it gives there. `role` is the name of one of the tenant's roles.
"""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, fields, validate

from services.contracts.schemas import Shape

SEDES: Final = ("dehu", "tgss", "aeat", "enotum", "dgt", "lexnet", "justizianet", "bizkaia", "gipuzkoa", "araba", "navarra", "minetur")
BODIES: Final = (*SEDES, "teu")
VERBS: Final = ("sync", "open")

NAME = validate.Length(1, 200, error="Escriba entre 1 y 200 caracteres.")
EMAIL = [
    validate.Email(error="No es una dirección de correo válida."),
    validate.Length(max=254, error="Una dirección de correo no pasa de 254 caracteres."),
]


class Trimmed(fields.String):
    """Text without the white space that people leave around it."""

    def _deserialize(self, value, attr, data, **kwargs) -> str:
        return super()._deserialize(value, attr, data, **kwargs).strip()


class Grant(Shape):
    """What may be done at the mailboxes of one body."""

    body = fields.String(required=True, validate=validate.OneOf(BODIES, error="No es un organismo conocido."))
    verbs = fields.List(
        fields.String(validate=validate.OneOf(VERBS, error="Solo existen «sync» y «open».")),
        required=True,
        validate=validate.Length(1, error="Indique al menos un permiso."),
    )


class Named(Schema):
    id = fields.String()
    name = fields.String()


class NewTenant(Shape):
    name = Trimmed(required=True, validate=NAME)
    admin_email = Trimmed(required=True, validate=EMAIL)
    admin_name = Trimmed(load_default="", validate=validate.Length(max=200, error="No pase de 200 caracteres."))


class Tenant(Named):
    """A firm; `created_at` is RFC 3339 UTC."""

    created_at = fields.String()


class NewUser(Shape):
    email = Trimmed(required=True, validate=EMAIL)
    name = Trimmed(required=True, validate=NAME)
    role = fields.String(required=True)
    group_ids = fields.List(fields.String(), load_default=list)
    grants = fields.List(fields.Nested(Grant), load_default=list)


class UserChanges(Shape):
    """What is not sent stays as it is."""

    version = fields.Integer(required=True, strict=True)
    email = Trimmed(validate=EMAIL)
    name = Trimmed(validate=NAME)
    role = fields.String()
    is_active = fields.Boolean(truthy={True}, falsy={False})
    group_ids = fields.List(fields.String())
    grants = fields.List(fields.Nested(Grant))


class User(Schema):
    """`grants` are the user's own; those of their groups come on top."""

    id = fields.String()
    email = fields.String()
    name = fields.String()
    role = fields.String()
    is_active = fields.Boolean()
    groups = fields.List(fields.Nested(Named))
    grants = fields.List(fields.Nested(Grant))
    version = fields.Integer()
    created_at = fields.String()


class Role(Schema):
    """`name` is administrator, manager, operator or reader for the four that ship."""

    id = fields.String()
    name = fields.String()
    capabilities = fields.List(fields.String())
    version = fields.Integer()


class NewGroup(Shape):
    name = Trimmed(required=True, validate=NAME)
    description = Trimmed(load_default="", validate=validate.Length(max=2000, error="No pase de 2000 caracteres."))
    member_ids = fields.List(fields.String(), load_default=list)
    grants = fields.List(fields.Nested(Grant), load_default=list)


class GroupChanges(Shape):
    """What is not sent stays as it is; a list that is sent replaces the old one."""

    version = fields.Integer(required=True, strict=True)
    name = Trimmed(validate=NAME)
    description = Trimmed(validate=validate.Length(max=2000, error="No pase de 2000 caracteres."))
    member_ids = fields.List(fields.String())
    grants = fields.List(fields.Nested(Grant))


class Group(Schema):
    """As `access` knows it; which clients are in it is known by `clients`."""

    id = fields.String()
    name = fields.String()
    description = fields.String()
    member_ids = fields.List(fields.String())
    grants = fields.List(fields.Nested(Grant))
    version = fields.Integer()


class Me(Schema):
    """Whoever is asking, with what they may do just now."""

    id = fields.String()
    email = fields.String()
    name = fields.String()
    tenant = fields.Nested(Named)
    role = fields.String()
    capabilities = fields.List(fields.String())
    groups = fields.List(fields.Nested(Named))
