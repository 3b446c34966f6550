"""What several resources share: the wrapper around one that is listed whole, and the version of one that is to be deleted."""

from __future__ import annotations

from functools import cache

from marshmallow import Schema, fields

from services.contracts.schemas import Shape


class Version(Shape):
    """Of what is to be deleted: it goes as it was seen, or not at all."""

    version = fields.Integer(required=True)


@cache
def listed(item: type[Schema]) -> type[Schema]:
    """`{items: […]}`."""
    return Schema.from_dict({"items": fields.List(fields.Nested(item), required=True)}, name=f"{item.__name__}Items")
