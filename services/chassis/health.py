"""/livez, /readyz and /metrics of a service process. Readiness is about the broker and the databases, never about the public bodies."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import eventlet
from eventlet import wsgi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from services.chassis.broker import connect
from services.chassis.logs import what_failed
from services.chassis.settings import Settings


def checks(settings: Settings, stores: Iterable[Any]) -> dict[str, str]:
    """What readiness looks at → "ok" or what failed."""
    found = {"broker": attempt(lambda: connect(settings).ensure_connection(max_retries=1, timeout=2).release())}
    for store in stores:
        found[store.publisher] = attempt(partial(ping, store))
    return found


def ping(store: Any) -> None:
    with store.begin() as db:
        db.execute(text("select 1"))


def attempt(check: Callable[[], Any]) -> str:
    try:
        check()
    except Exception as error:
        return what_failed(error)
    return "ok"


def application(settings: Settings, stores: list[Any]) -> Callable:
    def answer(environ: dict, start_response: Callable) -> list[bytes]:
        path = environ["PATH_INFO"]
        if path == "/metrics":
            start_response("200 OK", [("Content-Type", CONTENT_TYPE_LATEST)])
            return [generate_latest()]
        found = {} if path == "/livez" else checks(settings, stores)
        known = path in ("/livez", "/readyz")
        ready = all(state == "ok" for state in found.values())
        status = "404 Not Found" if not known else "200 OK" if ready else "503 Service Unavailable"
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(found).encode()]

    return answer


def serve(settings: Settings, stores: list[Any]) -> None:
    """In a green thread, on `health_port`; nothing when it is 0."""
    if settings.health_port:
        # A probe comes from outside the container.
        listener = eventlet.listen(("0.0.0.0", settings.health_port), reuse_port=False)  # nosec B104
        eventlet.spawn(wsgi.server, listener, application(settings, stores), log_output=False)
