"""Reads off the code who may do what: every way into the services, and what the gateway and the commands ask of them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from nameko.extensions import ENTRYPOINT_EXTENSIONS_ATTR

from services.catalogue import CLASSES, service_class
from services.contracts.rpc import INTERNAL

ROOT = Path(__file__).parents[2]


def entrypoints() -> Iterator[tuple[str, Any, list[type]]]:
    """(service.method, the method, the kinds of Nameko extensions that make it a way in)."""
    for name in CLASSES:
        for method, member in inspect.getmembers(service_class(name), inspect.isfunction):
            kinds = [type(extension) for extension in getattr(member, ENTRYPOINT_EXTENSIONS_ATTR, ())]
            if kinds:
                yield f"{name}.{method}", member, kinds


def jobs() -> Iterator[tuple[str, Any]]:
    """(service.method, what `@job` declares)."""
    for name in CLASSES:
        for method, member in inspect.getmembers(service_class(name), lambda member: hasattr(member, "job")):
            yield f"{name}.{method}", member.job


def internal_methods() -> dict[str, set[str]]:
    """Service → its methods that no person may ask for."""
    found: dict[str, set[str]] = {}
    for name, member, _ in entrypoints():
        if getattr(member, "needs", None) == INTERNAL:
            service, _, method = name.partition(".")
            found.setdefault(service, set()).add(method)
    return found


def modules_of(package: str) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted((ROOT / package).rglob("*.py")):
        yield path.relative_to(ROOT), ast.parse(path.read_text())


def asked_by(package: str) -> set[tuple[str, str]]:
    """(service, method) of every `anything.service.method`."""
    return {
        (node.value.attr, node.attr)
        for _, module in modules_of(package)
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr in CLASSES
    }


def computed_names_of(package: str) -> set[str]:
    """The modules that look something up by a name that is not written there: `getattr(x, name)`."""
    return {
        str(path)
        for path, module in modules_of(package)
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "getattr"
        if not isinstance(node.args[1], ast.Constant)
    }


def asked_by_commands() -> set[tuple[str, str]]:
    """(service, method) of each `call(settings, service, method, …)`; a name that is computed stays empty."""
    return {
        (constant(node.args[1]), constant(node.args[2]))
        for _, module in modules_of("deploy")
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and called(node.func) == "call" and len(node.args) >= 3
    }


def called(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def constant(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def commands(group: click.Group, above: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        words = f"{above} {name}".strip()
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words
