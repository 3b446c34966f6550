"""The wire shapes of resources, one file a resource: a service validates with them, the gateway describes them in OpenAPI.

A request is a `Shape`: it refuses fields that it does not know and says in Spanish what is wrong with each of the others, all at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from services.contracts.errors import Invalid
from services.contracts.sentences import said

Known = Callable[[dict[str, Any]], dict[str, list[str]]]
SPANISH = {
    "required": said("Falta este dato."),
    "null": said("No puede quedar vacío."),
    "invalid": said("No es un valor válido."),
    "invalid_utf8": said("No es un texto válido."),
    "type": said("No es un valor válido."),
    "too_large": said("Es un número demasiado grande."),
    "format": said("No es un valor válido."),
    "naive": said("Falta la zona horaria."),
    "invalid_awareness": said("Falta la zona horaria."),
}


class Shape(Schema):
    """What every shape starts from."""

    error_messages = {"unknown": said("Este dato no se conoce."), "type": said("Tiene que ser un objeto.")}

    class Meta:
        unknown = RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field) -> None:
        in_spanish(field_obj)


def in_spanish(field: fields.Field) -> None:
    """Give a field, and what it is a list of, our sentences instead of the library's."""
    field.error_messages = {**field.error_messages, **{key: text for key, text in SPANISH.items() if key in field.error_messages}}
    if isinstance(field, fields.List):
        in_spanish(field.inner)


def checked(shape: type[Schema], data: Any, known: Known | None = None) -> dict[str, Any]:
    """The data as loaded by the shape; raises Invalid naming every bad field (`grants.0.body` for one inside a list).

    `known` says what else is wrong with the fields whose shape is right: that what they name does not exist.
    """
    errors: dict[str, list[str]] = {}
    try:
        loaded = made(shape).load(data)
    except ValidationError as error:
        loaded, errors = error.valid_data, dict(flat(error.messages_dict))
    if known and isinstance(loaded, dict):
        errors |= {field: reasons for field, reasons in known(loaded).items() if reasons}
    if errors:
        raise Invalid(said("Hay datos que no son válidos."), errors)
    return loaded


@cache
def made(shape: type[Schema]) -> Schema:
    """One of each will do: loading leaves no trace in it, and the making costs more than the loading."""
    return shape()


def flat(messages: dict[Any, Any], above: str = "") -> Iterator[tuple[str, list[str]]]:
    for name, found in messages.items():
        path = f"{above}{name}"
        if isinstance(found, dict):
            yield from flat(found, f"{path}.")
        else:
            yield path, [str(text) for text in found]
