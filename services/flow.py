"""Who publishes what and who hears it, read off the code; `make flow` writes it into the README, where a test holds it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from services.catalogue import service_classes
from services.chassis.broker import handlers_of
from services.contracts import events  # noqa: F401  (registers every event)
from services.contracts.message import REGISTRY

BEGIN, END = "<!-- flow: begin (make flow) -->", "<!-- flow: end -->"
README = Path("README.md")


def hearers() -> dict[str, list[str]]:
    """Topic → `service.handler`, in the order of the catalogue."""
    found: dict[str, list[str]] = {topic: [] for topic in REGISTRY}
    service: Any
    for service in service_classes():
        for handler, heard in handlers_of(service).items():
            for event in heard:
                found[event.topic].append(f"{service.name}.{handler}")
    return found


def table() -> str:
    rows = ["| event | says | heard by |", "|---|---|---|"]
    for topic, names in hearers().items():
        says = (REGISTRY[topic].__doc__ or "").split("\n")[0]
        rows.append(f"| `{topic}` | {says} | {', '.join(f'`{name}`' for name in names)} |")
    return "\n".join(rows)


def inserted(text: str) -> str:
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


if __name__ == "__main__":
    README.write_text(inserted(README.read_text()))
