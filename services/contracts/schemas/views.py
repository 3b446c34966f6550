"""A saved view of the client list on the wire: what somebody asks it again and again, and which columns they look at."""

from __future__ import annotations

from typing import Final

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.schemas import Shape
from services.contracts.schemas.clients import SORTS, ClientFilters, Flag, Text
from services.contracts.schemas.paging import sort_terms
from services.contracts.sentences import said

COLUMNS: Final = (
    "tax_id",
    "name",
    "email",
    "groups",
    "certificate",
    "pending",
    "nearest_read_by",
    "last_complete_check_at",
    "warnings",
    "created_at",
)


def sortable(text: str) -> None:
    """Raises ValidationError unless the list of clients can be sorted so."""
    if not {name for name, _ in sort_terms(text)} <= set(SORTS):
        raise ValidationError(said("Solo se ordena por: {known}.", known=", ".join(SORTS)))


class ViewQuery(Shape):
    """`filters`, `q` and `sort` are those of GET /api/clients; `columns` empty: those that the list shows by itself."""

    q = Text(200, load_default="")
    filters = fields.Nested(ClientFilters, load_default=dict)
    sort = fields.String(load_default="", validate=sortable)
    columns = fields.List(
        fields.String(validate=validate.OneOf(COLUMNS, error=said("Solo se admite: {known}.", known=", ".join(COLUMNS)))),
        load_default=list,
        validate=validate.Length(max=len(COLUMNS), error=said("Hay columnas repetidas.")),
    )


class NewView(Shape):
    """The body of POST /api/clients/views. `is_shared`: everybody of the firm has it in their list, each seeing their own clients by it."""

    name = Text(100, least=1, required=True)
    query = fields.Nested(ViewQuery, required=True)
    is_shared = Flag(load_default=False)


class ViewChanges(Shape):
    """The body of PATCH /api/clients/views/{id}: what is not sent stays."""

    version = fields.Integer(required=True, strict=True)
    name = Text(100, least=1)
    query = fields.Nested(ViewQuery)
    is_shared = Flag()


class View(Schema):
    """A view as answered. `is_mine`: who asks made it, and may change it."""

    id = fields.String()
    name = fields.String()
    query = fields.Nested(ViewQuery)
    is_shared = fields.Boolean()
    is_mine = fields.Boolean()
    version = fields.Integer()
