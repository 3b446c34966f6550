"""The API as it describes itself: its calls, bodies that fit their shapes, and the ids that somebody can get to see.

Everything here is read from `/api/openapi.json` of the running product, so that a new call is tried without anybody writing it down.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests import people
from tests.visitors import Person
from tests.worlds import numbers

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
LEAVES_THE_VISIT = {("DELETE", "/api/session")}
SAMPLES = {"via": "own_certificate", "body": "dehu", "role": "reader", "language": "es", "reason": "Prueba", "sort": ""}
FORMATS = {"date": "2026-03-02", "date-time": "2026-03-02T10:00:00Z"}


@dataclass(frozen=True)
class Call:
    """One method of one path. `queries`: parameters of free text; `body`: the resolved shape of its JSON, or None."""

    method: str
    path: str
    names: tuple[str, ...]
    queries: tuple[str, ...]
    body: dict[str, Any] | None
    is_upload: bool
    is_paged: bool

    def at(self, ids: dict[str, str]) -> str:
        return self.path.format(**ids)


@dataclass
class Description:
    spec: dict[str, Any]
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        for path, operations in self.spec["paths"].items():
            for method, operation in operations.items():
                if (method.upper(), path) not in LEAVES_THE_VISIT:
                    self.calls.append(self.call(method.upper(), path, operation))

    def call(self, method: str, path: str, operation: dict[str, Any]) -> Call:
        names = tuple(each["name"] for each in operation["parameters"] if each["in"] == "path")
        texts = tuple(each["name"] for each in operation["parameters"] if each["in"] == "query" and is_text(each["schema"]))
        content = operation.get("requestBody", {}).get("content", {})
        body = self.resolved(content["application/json"]["schema"]) if "application/json" in content else None
        is_paged = any(each["name"] == "page_size" for each in operation["parameters"])
        return Call(method, path, names, texts, body, is_upload="multipart/form-data" in content, is_paged=is_paged)

    def resolved(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema:
            schema = self.spec["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def sample(self, schema: dict[str, Any], name: str = "") -> Any:
        """A value that fits the shape: only what has to be there."""
        schema = self.resolved(schema)
        made = {"tax_id": people.tax_id, "email": lambda: f"x{next(numbers)}@example.org"}
        if name in made or name in SAMPLES:
            return made[name]() if name in made else SAMPLES[name]
        if "enum" in schema or "default" in schema:
            return schema["default"] if "default" in schema else schema["enum"][0]
        if "properties" in schema:
            return {each: self.sample(schema["properties"][each], each) for each in schema.get("required", ())}
        kind = schema.get("type")
        made_of = {"integer": 1, "boolean": True, "array": [], "object": {}}
        text = FORMATS.get(schema.get("format", ""), f"nombre {next(numbers)}")
        return made_of.get(kind[0] if isinstance(kind, list) else kind, text)

    def id_fields(self, call: Call) -> Iterator[tuple[str, bool]]:
        """(name, whether it is a list) of the fields of the body that name something."""
        for name, schema in (call.body or {}).get("properties", {}).items():
            if name in ("ids", "copy_of") or name.endswith(("_id", "_ids")):
                yield name, self.resolved(schema).get("type") == "array"


def is_text(schema: dict[str, Any]) -> bool:
    kind = schema.get("type")
    return "string" in (kind if isinstance(kind, list) else [kind]) and "enum" not in schema and "format" not in schema


def seen_by(person: Person, description: Description) -> dict[str, set[str]]:
    """Every id that the lists show to somebody, by the name of a parameter that could take it: `client_id`, `view_id`, …"""
    seen: dict[str, set[str]] = {}
    lists = [call for call in description.calls if call.method == "GET"]
    for call in sorted(lists, key=lambda call: len(call.names)):
        if set(call.names) <= {"client_id"} and (not call.names or seen.get("client_id")):
            answer = person.get(call.at({"client_id": next(iter(seen.get("client_id", [""])))}))
            items = answer.body.get("items", []) if answer.status == 200 and isinstance(answer.body, dict) else []
            for item in items:
                gather(item, f"{singular(call.path)}_id", seen)
    return seen


def gather(item: dict[str, Any], own_name: str, seen: dict[str, set[str]]) -> None:
    for name, value in item.items():
        name = own_name if name == "id" else name
        if name.endswith("_id") and isinstance(value, str) and UUID.search(value):
            seen.setdefault(name, set()).add(value)


def singular(path: str) -> str:
    last = path.rpartition("/")[2]
    return {"audit": "entry", "mailboxes": "mailbox"}.get(last) or last.removesuffix("s")
