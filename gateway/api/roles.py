"""Roles: what the people of the firm may do at all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import Version, listed
from services.contracts.schemas.roles import NewRole, Role, RoleChanges

blueprint = Blueprint("roles", __name__)


@blueprint.get("/api/roles")
@describes("The roles of the firm and what each may do", answer=listed(Role))
def roles() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.access.roles()}


@blueprint.post("/api/roles")
@describes("A new role: a copy of another one, or a set of capabilities", body=NewRole, answer=Role, status=201)
def create_role(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.create_role(body)


@blueprint.get("/api/roles/<role_id>")
@describes("One role", answer=Role)
def role(role_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.role(role_id)


@blueprint.patch("/api/roles/<role_id>")
@describes("Change a role of the firm's own; it applies to the next step of whatever is running", body=RoleChanges, answer=Role)
def change_role(role_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.change_role(role_id, body)


@blueprint.delete("/api/roles/<role_id>")
@describes("Delete a role that nobody has", query=Version, status=204)
def delete_role(role_id: str, query: dict[str, Any]) -> None:
    with session.services() as ask:
        ask.access.delete_role(role_id, query["version"])
