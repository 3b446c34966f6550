"""Saved views of the client list."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from services.contracts.schemas.views import NewView, View, ViewChanges

blueprint = Blueprint("views", __name__)


@blueprint.get("/api/clients/views")
@describes("My views of the client list, and those that are shared with the firm", answer=listed(View))
def views() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.clients.views()}


@blueprint.post("/api/clients/views")
@describes("Save a view", body=NewView, answer=View, status=201)
def save(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.clients.save_view(body)


@blueprint.patch("/api/clients/views/<view_id>")
@describes("Change a view of mine", body=ViewChanges, answer=View)
def change(view_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.clients.change_view(view_id, body)


@blueprint.delete("/api/clients/views/<view_id>")
@describes("Remove a view of mine", status=204)
def remove(view_id: str) -> None:
    with session.services() as ask:
        ask.clients.remove_view(view_id)
