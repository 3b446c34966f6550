"""Users and groups. Which clients are in a group is known by `clients`, so groups are composed of two answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from marshmallow import fields

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import Version
from services.contracts.errors import AlreadyShown, Invalid, NotAllowed
from services.contracts.schemas import checked
from services.contracts.schemas.clients import GroupClients
from services.contracts.schemas.paging import paged
from services.contracts.schemas.people import Group, GroupChanges, GroupsPage, NewGroup, NewUser, User, UserChanges, UsersPage
from services.contracts.schemas.sessions import Invited
from services.contracts.sentences import said

blueprint = Blueprint("people", __name__)


class GroupWithClients(Group):
    client_ids = fields.List(fields.String())


class NewGroupWithClients(NewGroup):
    client_ids = fields.List(fields.String())


class GroupChangesWithClients(GroupChanges):
    client_ids = fields.List(fields.String())


class InvitedUser(User, Invited):
    """The new user, with the code of their link or how far its letter is."""


@blueprint.get("/api/users")
@describes("The users of the firm", query=UsersPage, answer=paged(User))
def users(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.users(page)


@blueprint.post("/api/users")
@describes(
    "A new user, with a link to choose a password: by mail when there is mail, or else its code is shown this once",
    body=NewUser,
    answer=InvitedUser,
    status=201,
)
def create_user(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        user = ask.access.create_user(body)
        try:
            return user | ask.sign_in.invite_user(user["id"])
        except AlreadyShown:
            # The call was repeated with its Idempotency-Key: the user is there, and so is the link.
            return user | {"invitation": None, "mail": None}


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


@blueprint.get("/api/groups")
@describes("The groups that I may see", query=GroupsPage, answer=paged(GroupWithClients))
def groups(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        found = ask.access.groups(page)
        return found | {"items": with_clients(ask, found["items"])}


@blueprint.post("/api/groups")
@describes("A new group", body=NewGroupWithClients, answer=GroupWithClients, status=201)
def create_group(body: dict[str, Any]) -> dict[str, Any]:
    own, client_ids = apart(body)
    with session.services() as ask:
        require_clients(ask, body, frozenset())
        return put_clients(ask, ask.access.create_group(own), client_ids)


@blueprint.get("/api/groups/<group_id>")
@describes("One group, with its members, grants and clients", answer=GroupWithClients)
def group(group_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return with_clients(ask, [ask.access.group(group_id)])[0]


@blueprint.patch("/api/groups/<group_id>")
@describes("Change a group, its members, its grants or its clients", body=GroupChangesWithClients, answer=GroupWithClients)
def change_group(group_id: str, body: dict[str, Any]) -> dict[str, Any]:
    own, client_ids = apart(body)
    with session.services() as ask:
        now = ask.access.group(group_id)  # What may not be seen is not found, whatever is sent.
        require_clients(ask, body, frozenset(now["member_ids"]))
        return put_clients(ask, ask.access.change_group(group_id, own), client_ids)


@blueprint.delete("/api/groups/<group_id>")
@describes("Delete a group; its clients stay, in their other groups", query=Version, status=204)
def delete_group(group_id: str, query: dict[str, Any]) -> None:
    with session.services() as ask:
        ask.access.delete_group(group_id, query["version"])


def apart(body: dict[str, Any]) -> tuple[dict[str, Any], Any]:
    """What `access` keeps of a group, and the clients, which `clients` keeps; None when none are sent."""
    return {name: value for name, value in body.items() if name != "client_ids"}, body.get("client_ids")


def require_clients(ask: Any, body: dict[str, Any], member_ids: frozenset[str]) -> None:
    """Before anything is written, because a group and its clients are two commits. `member_ids`: who is in the group until now.

    Raises NotAllowed, also for who would not see the group's clients, or Invalid for one not seen.
    """
    if "client_ids" in body:
        me = ask.access.me()
        if "clients.write" not in me["capabilities"]:
            raise NotAllowed(said("Su rol no le permite cambiar los clientes de un grupo (falta «clients.write»)."))
        if "clients.all" not in me["capabilities"] and me["id"] not in body.get("member_ids", member_ids):
            raise NotAllowed(said("Solo quien está en un grupo, o ve a todos los clientes, cambia los clientes del grupo."))
        wanted = set(checked(GroupClients, {"client_ids": body["client_ids"]})["client_ids"])
        if unseen := wanted - set(ask.clients.names(sorted(wanted))):
            raise Invalid.field("client_ids", said("{count} no existen o no están a su alcance.", count=len(unseen)))


def put_clients(ask: Any, group: dict[str, Any], client_ids: Any) -> dict[str, Any]:
    if client_ids is not None:
        ask.clients.set_clients_of_group(group["id"], client_ids)
    return with_clients(ask, [group])[0]


def with_clients(ask: Any, groups: list[dict[str, Any]]) -> list[dict[str, Any]]:
    client_ids = ask.clients.clients_of_groups([group["id"] for group in groups])
    return [group | {"client_ids": client_ids[group["id"]]} for group in groups]
