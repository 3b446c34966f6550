"""What a fact says of whom, and how it is left out: pure. A record is about the client that its `client_id` names.

Two ways: what is heard late is told without those who were erased (`living`); what is kept, unsent or parked, goes on saying that something
happened, so that the trail has it, but of the erased only ids, states and instants (`blanked`). Trap: a text that nobody thought of would
outlive a person, so every text is blanked that is not known to name nobody.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, get_args, get_type_hints

from services.contracts.message import Event

PLAIN = frozenset(
    {"change", "body", "kind", "body_state", "processing_state", "state", "regime", "origin", "via", "language"}
    | {"verb", "capabilities", "holder_kind", "joined", "left"}
)
"""Texts that are one of a few words, and ids."""

Record = TypeVar("Record")


class Everybody(Container[str]):
    """All clients, and whatever is about none: when a firm goes."""

    def __contains__(self, client_id: object) -> bool:
        return True


EVERYBODY = Everybody()


def clients_of(fact: Event) -> frozenset[str]:
    """The ids of the clients that the fact says something about."""
    return frozenset(record.client_id for record in (fact, *_records(fact)) if getattr(record, "client_id", ""))


def living(fact: Event, erased: Container[str]) -> Event | None:
    """The fact without its records about the erased; None when nothing is left of it."""
    if _is_about(fact, erased):
        return None
    kept: dict[str, Any] = {}
    for name, records in _lists(fact):
        kept[name] = tuple(record for record in records if not _is_about(record, erased))
        if records and not kept[name]:
            return None
    return replace(fact, **kept)


def blanked(record: Record, erased: Container[str]) -> Record:
    """The record with no text about the erased: ids, states, numbers and instants stay."""
    if erased is not EVERYBODY and _is_about(record, erased):
        erased = EVERYBODY
    values = {field.name: getattr(record, field.name) for field in fields(record)}  # type: ignore[arg-type]
    return replace(record, **{name: _blank(name, value, erased) for name, value in values.items()})  # type: ignore[type-var]


def holds_texts(record: type) -> bool:
    """Whether anything of such a record would be blanked."""
    return any(_holds_text(name, hint) for name, hint in get_type_hints(record).items() if name in {each.name for each in fields(record)})


def names_nobody(name: str) -> bool:
    return name in PLAIN or (name.endswith("_id") and not name.endswith("tax_id")) or name.endswith("_ids")


def _blank(name: str, value: Any, erased: Container[str]) -> Any:
    if is_dataclass(value):
        return blanked(value, erased)
    if isinstance(value, tuple) and any(map(is_dataclass, value)):
        return tuple(blanked(record, erased) for record in value)
    if erased is not EVERYBODY or names_nobody(name):
        return value
    return type(value)() if isinstance(value, str | tuple) else value


def _holds_text(name: str, hint: Any) -> bool:
    if isinstance(hint, type) and is_dataclass(hint):
        return holds_texts(hint)
    parts = [part for part in get_args(hint) if part not in (type(None), ...)]
    return any(_holds_text(name, part) for part in parts) if parts else hint is str and not names_nobody(name)


def _is_about(record: Any, erased: Container[str]) -> bool:
    return getattr(record, "client_id", None) is not None and record.client_id in erased


def _lists(fact: Event) -> Iterator[tuple[str, tuple]]:
    """The lists of records that say whom each is about."""
    for field in fields(fact):
        value = getattr(fact, field.name)
        if isinstance(value, tuple) and all(hasattr(record, "client_id") for record in value):
            yield field.name, value


def _records(fact: Event) -> Iterator[Any]:
    for _, records in _lists(fact):
        yield from records
