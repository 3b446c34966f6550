"""The portals of the firm: where a browser with a client's certificate may go."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import Version, listed
from services.contracts.schemas.portals import NewPortal, Portal, PortalChanges, PortalVersion

blueprint = Blueprint("portals", __name__)


@blueprint.get("/api/portals")
@describes("The portals that are reached with a certificate", answer=listed(Portal))
def portals() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.mailbox_sync.portals()}


@blueprint.get("/api/portals/removed")
@describes("Those that ship and that the firm removed", answer=listed(Portal))
def removed() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.mailbox_sync.removed_portals()}


@blueprint.post("/api/portals")
@describes("Add a portal of the firm's own", body=NewPortal, answer=Portal, status=201)
def add(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.add_portal(body)


@blueprint.patch("/api/portals/<portal_id>")
@describes("Change a portal; one that ships is changed for this firm only", body=PortalChanges, answer=Portal)
def change(portal_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.change_portal(portal_id, body)


@blueprint.delete("/api/portals/<portal_id>")
@describes("Remove a portal; one that ships can be restored", query=Version, status=204)
def remove(portal_id: str, query: dict[str, Any]) -> None:
    with session.services() as ask:
        ask.mailbox_sync.remove_portal(portal_id, query["version"])


@blueprint.post("/api/portals/<portal_id>/restore")
@describes("A portal that ships, as it ships", body=PortalVersion, answer=Portal)
def restore(portal_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.mailbox_sync.restore_portal(portal_id, body)
