"""Signing in and out, accepting an invitation, and who I am."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema, fields

from gateway import session
from gateway.api.describing import describes
from services.contracts.schemas import checked
from services.contracts.schemas.people import Me, ProfileChanges
from services.contracts.schemas.sessions import Credentials, Invitation

blueprint = Blueprint("sessions", __name__)


class SignedIn(Schema):
    csrf_token = fields.String()
    user = fields.Nested(Me)


@blueprint.post("/api/session")
@describes("Sign in", body=Credentials, answer=SignedIn, refusals=(401, 422, 429, 503), signed_in=False)
def sign_in(body: dict[str, Any]) -> Response:
    made, me = open_session(body)
    response = jsonify({"csrf_token": made["csrf_token"], "user": me})
    session.set_cookie(response, made["session"])
    return response


def open_session(credentials: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The new session and whose it is; raises NotSignedIn, Invalid and TooMany."""
    checked(Credentials, credentials)
    with session.unsigned_services() as ask:
        made = ask.sign_in.sign_in(credentials["email"], credentials["password"], request.remote_addr or "")
    with session.services_of(made) as ask:
        return made, ask.access.me()


@blueprint.delete("/api/session")
@describes("Sign out", status=204, refusals=(401, 403, 503))
def sign_out() -> Response:
    token = session.credential()
    with session.services() as ask:
        ask.sign_in.sign_out(token)
    response = Response(status=204)
    session.clear_cookie(response)
    return response


@blueprint.post("/api/invitations/accept")
@describes(
    "Choose a password with the one-time code of an invitation", body=Invitation, status=204, refusals=(404, 422, 429, 503), signed_in=False
)
def accept_invitation(body: dict[str, Any]) -> None:
    checked(Invitation, body)
    with session.unsigned_services() as ask:
        ask.sign_in.accept_invitation(body["code"], body["password"])


@blueprint.get("/api/me")
@describes("Who I am and what I may do", answer=Me, refusals=(401, 503))
def me() -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.me()


@blueprint.patch("/api/me")
@describes("Change my name or language", body=ProfileChanges, answer=Me)
def change_me(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.change_me(body)
