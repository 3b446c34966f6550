"""How a fact looks on the wire: a frozen dataclass in, an envelope of plain JSON out.

An `Event` is declared with `@event("publisher")` and only lists its fields; its marshmallow schema is made from them, so that there is
nothing to keep in step. The envelope adds what every fact has: an id of its own, whose tenant it is, who caused it, and when. Readers are
tolerant (fields that this version does not know are skipped), writers are strict. A change that readers could not follow is a new class
`FactV2` beside the old one.
"""

from __future__ import annotations

import os
import re
import time
import types
import uuid
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Self, TypeVar, Union, dataclass_transform, get_args, get_origin, get_type_hints

from marshmallow import EXCLUDE, Schema
from marshmallow import fields as wire

LEAVES: dict[type, type[wire.Field]] = {
    str: wire.String,
    int: wire.Integer,
    bool: wire.Boolean,
    float: wire.Float,
    date: wire.Date,
    datetime: wire.AwareDateTime,
}


def new_id() -> str:
    """A UUIDv7 (RFC 9562, section 5.7): opaque to readers, in order of making for indexes."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(uuid.UUID(int=value))


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Event:
    """Something that has happened. Subclasses only list their fields."""

    topic: ClassVar[str]
    publisher: ClassVar[str]
    schema: ClassVar[Schema]

    def payload(self) -> dict[str, Any]:
        return self.schema.dump(self)

    @classmethod
    def read(cls, payload: dict[str, Any]) -> Self:
        return cls(**cls.schema.load(payload, unknown=EXCLUDE))


@dataclass(frozen=True)
class Envelope:
    """What the outbox keeps and the broker carries: `sealed` is the event's payload, unreadable to either (see `chassis.sealing`)."""

    id: str
    topic: str
    tenant_id: str
    by: str
    request_id: str
    at: str
    sealed: str
    trace: str = ""

    def to_wire(self) -> dict[str, str]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_wire(cls, data: dict[str, Any]) -> Self:
        return cls(**{field.name: data[field.name] for field in fields(cls) if field.name in data})


REGISTRY: dict[str, type[Event]] = {}
Fact = TypeVar("Fact", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(publisher: str) -> Callable[[type[Fact]], type[Fact]]:
    """Declare an event that `publisher` alone may publish."""

    def register(declared: type[Fact]) -> type[Fact]:
        cls: Any = dataclass(frozen=True, kw_only=True)(declared)
        cls.publisher = publisher
        cls.topic = f"{publisher}.{re.sub('(?<!^)(?=[A-Z])', '_', cls.__name__).lower()}"
        cls.schema = schema_of(cls)()
        REGISTRY[cls.topic] = cls
        return cls

    return register


def schema_of(cls: type) -> type[Schema]:
    """The marshmallow schema of a frozen dataclass. Nested dataclasses, tuples and optional fields are followed."""
    hints = get_type_hints(cls)
    declared = {field.name: _wire_field(hints[field.name], field.default) for field in fields(cls)}
    return Schema.from_dict(declared, name=cls.__name__)


def _wire_field(hint: Any, default: Any) -> wire.Field:
    extra: dict[str, Any] = {"required": True} if default is MISSING else {"load_default": default}
    if get_origin(hint) in (types.UnionType, Union):
        (hint,) = [part for part in get_args(hint) if part is not type(None)]
        extra["allow_none"] = True
    if get_origin(hint) is tuple:
        return Tuple(_wire_field(get_args(hint)[0], MISSING), **extra)
    if is_dataclass(hint):
        return Record(hint, **extra)
    return LEAVES[hint](**extra)


class Tuple(wire.List):
    """A list on the wire, a tuple in the event, so that an event stays immutable."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return tuple(super()._deserialize(value, attr, data, **kwargs))


class Record(wire.Nested):
    """A nested frozen dataclass."""

    def __init__(self, cls: Any, **extra: Any):
        super().__init__(schema_of(cls), unknown=EXCLUDE, **extra)
        self.cls = cls

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:
        return self.cls(**super()._deserialize(value, attr, data, partial, **kwargs))
