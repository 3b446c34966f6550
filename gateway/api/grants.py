"""Grants: what a user or a group may do at the mailboxes of a body."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from gateway import session
from gateway.api.describing import describes
from services.contracts.schemas.grants import GivenGrant, GrantsPage, HolderGrant, SetGrant, TakenGrant
from services.contracts.schemas.paging import paged

blueprint = Blueprint("grants", __name__)


@blueprint.get("/api/grants")
@describes("The grants of the users and groups that I may see, one a holder and body", query=GrantsPage, answer=paged(HolderGrant))
def grants(page: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.grants(page)


@blueprint.post("/api/grants")
@describes("Give verbs at a body, on top of what the user or group has there", body=GivenGrant, answer=HolderGrant, status=201)
def give_grant(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.give_grant(body)


@blueprint.put("/api/grants")
@describes("Set what the user or group has at a body", body=SetGrant, answer=HolderGrant)
def set_grant(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.set_grant(body)


@blueprint.delete("/api/grants")
@describes("Take verbs at a body, or all; answers what is left", query=TakenGrant, answer=HolderGrant)
def take_grant(query: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.take_grant(query)
