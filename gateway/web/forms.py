"""What a form brought, and the page that shows it again when it was refused: nothing typed is lost, each fault stands beside its field."""

from __future__ import annotations

from typing import Any, Final

from flask import request
from werkzeug.wrappers import Response

from gateway.errors import refused
from gateway.web.window import window
from services.contracts.errors import Away, Conflict, Invalid, NotAllowed, Refusal, TooLarge, TooMany

SHOWN_AGAIN: Final = (Invalid, Conflict, NotAllowed, TooLarge, TooMany, Away)


def page(ask: Any, template: str, refusal: Refusal | None, **values: Any) -> Response:
    """The same page for who asks for it and for who was refused: then with the refusal's status, and each fault by its field."""
    response = window(ask, template, refusal=refusal, errors=by_field(refusal), **values)
    return refused(response, refusal) if refusal else response


def by_field(refusal: Refusal | None) -> dict[str, list[str]]:
    """What is wrong inside a field (`grants.0.body`) is said beside it."""
    faults: dict[str, list[str]] = {}
    for name, reasons in (refusal.errors if refusal else {}).items():
        faults.setdefault(name.partition(".")[0], []).extend(reasons)
    return faults


def version() -> int:
    """Of what the form showed; 0, which nothing has, when it says none."""
    return request.form.get("version", 0, type=int)


def texts(*names: str) -> dict[str, str]:
    """What was typed in these fields, with line ends as everywhere else."""
    return {name: request.form.get(name, "").replace("\r\n", "\n") for name in names}
