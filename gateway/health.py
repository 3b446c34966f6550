"""/livez: this process answers. /readyz: it reaches the broker and, behind it, the services. /metrics: for a scraper inside the network."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway import session
from services.contracts.errors import Refusal

blueprint = Blueprint("health", __name__)
PRIVATE = ("127.0.0.1", "::1")


@blueprint.get("/livez")
def livez() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    try:
        with session.unsigned_services() as ask:
            ask.access.person("")
    except Refusal as refusal:
        return Response(f"{refusal.message}\n", status=503, mimetype="text/plain", headers={"Retry-After": "5"})
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """Not public: only from this machine itself, directly."""
    if request.remote_addr not in PRIVATE or request.headers.get("X-Forwarded-For"):
        abort(404)
    return Response(generate_latest(), mimetype=CONTENT_TYPE_LATEST)
