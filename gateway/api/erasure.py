"""Erasing a client for good."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from services.contracts.schemas.erasing import ClientErasure

blueprint = Blueprint("erasure", __name__)


@blueprint.post("/api/clients/<client_id>/erase")
@describes("Destroy all that is held of an archived client, for good", body=ClientErasure, status=204)
def erase(client_id: str, body: dict[str, Any]) -> None:
    with session.services() as ask:
        ask.clients.erase(client_id, body)
