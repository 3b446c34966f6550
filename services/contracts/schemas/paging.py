"""Lists on the wire: what every list may be asked (`page`, `page_size`, `sort`) and what every list answers.

A list's own request shape is a subclass with `sorts` and its filters; filters that take several values are one text with commas, because
that is how they stand in an address. `sort=name,-read_by` means by name and, where that is equal, the latest `read_by` first.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, validate

from services.contracts.schemas import Shape
from services.contracts.sentences import said

MOST_PAGES = 1_000_000


class Id(fields.String):
    """An opaque id as it may stand in a filter or a body: nothing that a database could stumble over."""

    SHAPE: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9_-]{1,36}")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not self.SHAPE.fullmatch(text):
            raise ValidationError(said("No es un identificador."))
        return text


class OneOrMore(fields.String):
    """Some of the `choices`, with commas between them."""

    def __init__(self, choices: tuple[str, ...], **extra: Any):
        super().__init__(**extra)
        self.choices = choices

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not set(words(text)) <= set(self.choices):
            raise ValidationError(said("Solo se admite: {known}.", known=", ".join(self.choices)))
        return text


class PageRequest(Shape):
    """What every list may be asked. `sorts` are the names that `sort` takes, each with or without a minus sign."""

    sorts: ClassVar[tuple[str, ...]] = ()

    page = fields.Integer(
        load_default=1, validate=validate.Range(1, MOST_PAGES, error=said("Es un número de 1 a {most}.", most=MOST_PAGES))
    )
    page_size = fields.Integer(load_default=50, validate=validate.Range(1, 200, error=said("Es un número de 1 a 200.")))
    sort = fields.String(load_default="")

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        super().on_bind_field(field_name, field_obj)
        if field_name == "sort":
            field_obj.validators = [self._knows]

    def _knows(self, text: str) -> None:
        if not {name for name, _ in sort_terms(text)} <= set(self.sorts):
            raise ValidationError(said("Solo se ordena por: {known}.", known=", ".join(self.sorts)))


def words(text: str) -> list[str]:
    """The values of a filter, without the commas."""
    return [word.strip() for word in text.split(",") if word.strip()]


def sort_terms(text: str) -> list[tuple[str, bool]]:
    """Pairs (name, whether the greatest comes first), each name once."""
    terms: dict[str, bool] = {}
    for word in words(text):
        terms.setdefault(word.removeprefix("-"), word.startswith("-"))
    return list(terms.items())


@cache
def paged(item: type[Schema]) -> type[Schema]:
    """The shape of a page of such items."""
    counts: dict[str, fields.Field] = {name: fields.Integer() for name in ("total", "page", "page_size")}
    listed: dict[str, fields.Field] = {"items": fields.List(fields.Nested(item)), **counts}
    return Schema.from_dict(listed, name=f"{item.__name__}List")
