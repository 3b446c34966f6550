"""The wrapper around a resource that is listed whole."""

from __future__ import annotations

from functools import cache

from marshmallow import Schema, fields


@cache
def listed(item: type[Schema]) -> type[Schema]:
    """`{items: […]}`."""
    return Schema.from_dict({"items": fields.List(fields.Nested(item), required=True)}, name=f"{item.__name__}Items")
