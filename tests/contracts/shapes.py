"""The shape of every event as it is promised to readers, one frozen file each; `make shapes` writes them, the diff is reviewed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from marshmallow import Schema, fields

from services.contracts import events  # noqa: F401  (registers every event)
from services.contracts.message import REGISTRY, Record, Tuple

FOLDER = Path(__file__).parent / "shapes"


def shape(schema: Schema) -> dict[str, Any]:
    return {name: described(field) for name, field in schema.fields.items()}


def described(field: fields.Field) -> Any:
    kind: Any = type(field).__name__
    if isinstance(field, Tuple):
        kind = [described(field.inner)]
    elif isinstance(field, Record):
        kind = shape(field.schema)
    return kind if field.required else {"optional": kind}


def shapes() -> dict[str, str]:
    return {topic: json.dumps(shape(event.schema), indent=1, sort_keys=True) + "\n" for topic, event in REGISTRY.items()}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.json"):
        old.unlink()
    for topic, text in shapes().items():
        (FOLDER / f"{topic}.json").write_text(text)
