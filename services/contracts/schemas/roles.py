"""A role: a name and the capabilities of whoever has it."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import Text
from services.contracts.schemas.paging import Id
from services.contracts.sentences import said


class Role(Schema):
    """`is_shipped`: administrator, manager, operator and reader, which are copied and not changed. `users`: how many have it."""

    id = fields.String()
    name = fields.String()
    capabilities = fields.List(fields.String())
    is_shipped = fields.Boolean()
    users = fields.Integer()
    version = fields.Integer()


class NewRole(Shape):
    """A copy of the role `copy_of`, or a role with these `capabilities`."""

    name = Text(100, 1, required=True)
    copy_of = Id()
    capabilities = fields.List(Text(40, 1))

    @validates_schema(skip_on_field_errors=False)
    def one_origin(self, data: dict[str, Any], **kwargs: Any) -> None:
        if ("copy_of" in data) == ("capabilities" in data):
            raise ValidationError({"capabilities": [said("Indique las capacidades o el rol que se copia: una de las dos cosas.")]})


class RoleChanges(Shape):
    """What is not sent stays as it is; capabilities that are sent replace the old ones."""

    version = fields.Integer(required=True, strict=True)
    name = Text(100, 1)
    capabilities = fields.List(Text(40, 1))
