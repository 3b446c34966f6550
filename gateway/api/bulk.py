"""The same done to many clients: a job, of the service that keeps what is changed."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import session
from gateway.api.clients import exported
from gateway.api.describing import describes
from services.contracts.errors import Invalid
from services.contracts.schemas import checked
from services.contracts.schemas.bulk import OF_MAILBOXES, BulkAction
from services.contracts.schemas.jobs import Job
from services.contracts.sentences import said

blueprint = Blueprint("bulk", __name__)


@blueprint.post("/api/clients/bulk")
@describes(
    "Do the same to many clients: groups, flags, archive, read their mailboxes now, add mailboxes; `export` answers the file",
    body=BulkAction,
    answer=Job,
    status=202,
    also={200: "text/csv"},
)
def bulk(body: dict[str, Any]) -> dict[str, Any] | Response:
    wanted = checked(BulkAction, body)
    with session.services() as ask:
        if wanted["action"] == "export":
            return exported(ask.clients.export_these(by_ids(ask, body)["ids"]))
        if wanted["action"] not in OF_MAILBOXES:
            return ask.clients.bulk(body)
        return ask.mailbox_sync.bulk(by_ids(ask, body))


def by_ids(ask: Any, body: dict[str, Any]) -> dict[str, Any]:
    """Which clients a filter finds is known by `clients` alone."""
    if "ids" in body:
        return body
    ids = ask.clients.chosen(body["filter"])
    if not ids:
        raise Invalid.field("filter", said("Ningún cliente cumple el filtro."))
    return {name: value for name, value in body.items() if name != "filter"} | {"ids": ids}
