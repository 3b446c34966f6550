"""One file a public body; a file that is put here is found by itself.

Each module defines one class with the attribute `body` and a function `connect(settings)` that makes it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from ..connecting import BodySettings, Connector


@cache
def modules() -> dict[str, ModuleType]:
    """Every connector's module by the body it reads."""
    found = (import_module(f"{__name__}.{entry.name}") for entry in iter_modules(__path__))
    return {_body_of(module): module for module in found}


def connector_for(body: str, settings: BodySettings) -> Connector:
    """The connector of a body. Raises LookupError naming the bodies that have one."""
    if body not in modules():
        raise LookupError(f"No connector reads {body!r}. Those that exist: {', '.join(sorted(modules()))}.")
    return modules()[body].connect(settings)


def _body_of(module: ModuleType) -> str:
    own = [thing for thing in vars(module).values() if isinstance(thing, type) and thing.__module__ == module.__name__]
    [body] = [body for thing in own if isinstance(body := getattr(thing, "body", None), str)]
    return body
