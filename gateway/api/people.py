"""Users, roles and groups with their grants. Which clients are in a group is known by `clients`, so groups are composed of two answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from services.contracts.schemas.paging import PageRequest, paged
from services.contracts.schemas.people import Group, GroupChanges, NewGroup, NewUser, Role, User, UserChanges

blueprint = Blueprint("people", __name__)


class GroupWithClients(Group):
    client_ids = fields.List(fields.String())


class InvitationCode(Schema):
    invitation = fields.String()


class InvitedUser(User, InvitationCode):
    """The new user with the code."""


class Version(Schema):
    version = fields.Integer(required=True)


@blueprint.get("/api/users")
@describes("The users of the firm", query=PageRequest, answer=paged(User))
def users(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.users(page)


@blueprint.post("/api/users")
@describes(
    "A new user; `invitation` is a one-time code to set a password with, shown this once", body=NewUser, answer=InvitedUser, status=201
)
def create_user(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        user = ask.access.create_user(body)
        return user | {"invitation": ask.sign_in.invite_user(user["id"])}


@blueprint.post("/api/users/<user_id>/invitation")
@describes("Another one-time code for a user who forgot the password", answer=InvitationCode, status=201)
def invite(user_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return {"invitation": ask.sign_in.invite_user(user_id)}


@blueprint.get("/api/users/<user_id>")
@describes("One user", answer=User)
def user(user_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.user(user_id)


@blueprint.patch("/api/users/<user_id>")
@describes("Change a user, or disable: sessions and tokens end at once", body=UserChanges, answer=User)
def change_user(user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.change_user(user_id, body)


@blueprint.get("/api/roles")
@describes("The roles of the firm and what each may do", answer=listed(Role))
def roles() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.access.roles()}


@blueprint.get("/api/groups")
@describes("The groups that I may see", query=PageRequest, answer=paged(Group))
def groups(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.groups(page)


@blueprint.post("/api/groups")
@describes("A new group", body=NewGroup, answer=Group, status=201)
def create_group(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.create_group(body)


@blueprint.get("/api/groups/<group_id>")
@describes("One group, with its members, grants and clients", answer=GroupWithClients)
def group(group_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.group(group_id) | {"client_ids": ask.clients.clients_of_group(group_id)}


@blueprint.patch("/api/groups/<group_id>")
@describes("Change a group, its members or its grants", body=GroupChanges, answer=Group)
def change_group(group_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.change_group(group_id, body)


@blueprint.delete("/api/groups/<group_id>")
@describes("Delete a group that has no clients", query=Version, status=204)
def delete_group(group_id: str, query: dict[str, Any]) -> None:
    with session.services() as ask:
        ask.access.delete_group(group_id, query["version"])
