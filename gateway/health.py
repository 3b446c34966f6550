"""/livez: this process answers. /readyz: somebody listens for each service. /metrics: for a scraper on this machine."""

from __future__ import annotations

from amqp.exceptions import AMQPError
from flask import Blueprint, Response, abort, request
from kombu.exceptions import KombuError
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway import session
from services.chassis.broker import connect
from services.chassis.settings import Settings
from services.contracts.rpc import PROMISES

blueprint = Blueprint("health", __name__)
PRIVATE = ("127.0.0.1", "::1")
RPC_QUEUE = "rpc-{}"


@blueprint.get("/livez")
def livez() -> Response:
    return Response("ok\n", mimetype="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    try:
        absent = unheard(session.pool().settings)
    except (OSError, AMQPError, KombuError):
        absent = ["broker"]
    if absent:
        return Response(f"away: {', '.join(absent)}\n", status=503, mimetype="text/plain", headers={"Retry-After": "5"})
    return Response("ok\n", mimetype="text/plain")


def unheard(settings: Settings) -> list[str]:
    """The services whose calls nobody takes. Embedded there are none: they have all started before the gateway listens."""
    if settings.is_embedded:
        return []
    with connect(settings) as connection, connection.channel() as channel:
        # Declared as Nameko does, so that a queue which is not there yet is no error here and the same one later.
        queues = {name: channel.queue_declare(RPC_QUEUE.format(name), durable=True, auto_delete=False) for name in PROMISES}
        return [name for name, queue in queues.items() if queue.consumer_count == 0]


@blueprint.get("/metrics")
def metrics() -> Response:
    """Not public: only from this machine itself, directly."""
    if request.remote_addr not in PRIVATE or request.headers.get("X-Forwarded-For"):
        abort(404)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)
