"""The gateway before services that a test makes up: for what these answer seldom, or are not to be asked at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from flask import g
from werkzeug.wrappers import Response

from gateway.app import create_app
from gateway.rpc import Pool
from services.chassis.asking import Asking
from services.chassis.settings import Settings

ME = {"id": "u", "name": "Ana", "language": "es", "groups": [], "tenant": {"name": "Asesoría", "logo_version": 0}}
Calls = dict[str, Any]


class Services(Pool):
    """A pool whose services are these: {method: what it does}."""

    def __init__(self, **services: Calls):
        super().__init__(Settings())
        self.ask = SimpleNamespace(**{name: SimpleNamespace(**calls) for name, calls in services.items()})

    @contextmanager
    def services(self, asking: Asking) -> Iterator[Any]:
        yield self.ask


def answer_to(method: str, address: str, may: list[str], form: dict[str, str] | None = None, **services: Calls) -> Response:
    """What somebody gets who is signed in and may do this."""
    app = create_app(Services(access={"me": lambda: {**ME, "capabilities": may}}, **services))
    with app.test_request_context(address, method=method, data=form):
        g.asking, g.csrf_token = Asking(tenant_id="t", user_id="u"), ""
        return app.full_dispatch_request()
