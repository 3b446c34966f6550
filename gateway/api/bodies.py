"""The public bodies and how they are doing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from services.contracts.schemas.mailboxes import Body, BodyHealth

blueprint = Blueprint("bodies", __name__)


@blueprint.get("/api/bodies")
@describes("The public bodies and what a mailbox at each needs", answer=listed(Body))
def bodies() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.mailbox_sync.bodies()}


@blueprint.get("/api/bodies/health")
@describes("How the bodies answer: success share, times, last good read", answer=listed(BodyHealth))
def health() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.mailbox_sync.health()}
