"""Choosing a password: with the one-time code of an invitation, by a link for who forgot it, or knowing the present one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import session
from gateway.api.describing import describes
from gateway.api.sessions import SignedIn, entered
from services.contracts.schemas import checked
from services.contracts.schemas.sessions import Forgotten, HowInvited, Invitation, InvitationState, Invited, NewPassword, Said

blueprint = Blueprint("passwords", __name__)


@blueprint.post("/api/users/<user_id>/invitation")
@describes(
    "Another link to choose a password: by mail when there is mail, or else shown this once", query=HowInvited, answer=Invited, status=201
)
def invite(user_id: str, query: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.invite_user(user_id, query["by"])


@blueprint.get("/api/users/<user_id>/invitation")
@describes("Until when a user's link can be used, and how far its letter is", answer=InvitationState)
def invitation(user_id: str) -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.invitation(user_id)


@blueprint.post("/api/invitations/accept")
@describes(
    "Choose a password with the one-time code of an invitation", body=Invitation, status=204, refusals=(404, 422, 429, 503), signed_in=False
)
def accept_invitation(body: dict[str, Any]) -> None:
    checked(Invitation, body)
    with session.unsigned_services() as ask:
        ask.sign_in.accept_invitation(body["code"], body["password"], session.sender())


@blueprint.post("/api/session/forgotten")
@describes(
    "Ask for a link to choose another password. The answer is the same for every email",
    body=Forgotten,
    answer=Said,
    status=202,
    refusals=(422, 429, 503),
    signed_in=False,
)
def forgotten(body: dict[str, Any]) -> dict[str, Any]:
    return ask_for_link(body)


def ask_for_link(body: dict[str, Any]) -> dict[str, Any]:
    """Raises Invalid and TooMany."""
    email = checked(Forgotten, body)["email"]
    with session.unsigned_services() as ask:
        return ask.sign_in.forgotten(email, session.sender())


@blueprint.post("/api/me/password")
@describes("Change my password: every session ends, and a new one begins", body=NewPassword, answer=SignedIn)
def change_password(body: dict[str, Any]) -> Response:
    new = checked(NewPassword, body)
    with session.services() as ask:
        made, me = ask.sign_in.change_password(new["current"], new["password"]), ask.access.me()
    return entered(made, me)
