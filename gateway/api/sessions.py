"""Signing in and out, and who I am."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import Schema, fields

from gateway import session
from gateway.api.describing import describes
from gateway.api.shapes import listed
from services.contracts.errors import NotSignedIn
from services.contracts.schemas import checked
from services.contracts.schemas.people import Me, ProfileChanges
from services.contracts.schemas.sessions import Credentials, OpenSession

blueprint = Blueprint("sessions", __name__)
REFUSED_AFTER_S = 0.4


class SignedIn(Schema):
    """`must_enrol`: before anything else a second factor has to be set up."""

    csrf_token = fields.String()
    user = fields.Nested(Me)
    must_enrol = fields.Boolean()


@blueprint.post("/api/session")
@describes("Sign in", body=Credentials, answer=SignedIn, refusals=(401, 422, 429, 503), signed_in=False)
def sign_in(body: dict[str, Any]) -> Response:
    return entered(*open_session(body))


def entered(made: dict[str, Any], me: dict[str, Any], **more: Any) -> Response:
    """The answer to whoever is in from now on, as `SignedIn`."""
    response = jsonify({"csrf_token": made["csrf_token"], "user": me, "must_enrol": made["is_enrolling"], **more})
    session.set_cookie(response, made["session"])
    return response


def open_session(credentials: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The new session and whose it is; raises NotSignedIn, Invalid and TooMany."""
    checked(Credentials, credentials)
    with refused_in_time(), session.unsigned_services() as ask:
        made = ask.sign_in.sign_in(credentials["email"], credentials["password"], session.sender(), credentials.get("otp") or "")
    with session.services_of(made) as ask:
        return made, ask.access.me()


@contextmanager
def refused_in_time() -> Iterator[None]:
    """Nobody is refused sooner than `REFUSED_AFTER_S`: an email that is somebody's costs a few milliseconds more, which nobody sees."""
    asked_at = time.monotonic()
    try:
        yield
    except NotSignedIn:
        time.sleep(max(0.0, asked_at + REFUSED_AFTER_S - time.monotonic()))
        raise


@blueprint.delete("/api/session")
@describes("Sign out", status=204, refusals=(401, 403, 503), enrolling=True)
def sign_out() -> Response:
    token = session.credential()
    with session.services() as ask:
        ask.sign_in.sign_out(token)
    response = Response(status=204)
    session.clear_cookie(response)
    return response


@blueprint.get("/api/me")
@describes("Who I am and what I may do", answer=Me, refusals=(401, 503), enrolling=True)
def me() -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.me()


@blueprint.get("/api/me/sessions")
@describes("Where I am signed in", answer=listed(OpenSession))
def sessions() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.sign_in.sessions()}


@blueprint.delete("/api/me/sessions/<session_id>")
@describes("End one of my sessions", status=204)
def end_session(session_id: str) -> None:
    with session.services() as ask:
        ask.sign_in.end_session(session_id)


@blueprint.patch("/api/me")
@describes("Change my name or language", body=ProfileChanges, answer=Me)
def change_me(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.access.change_me(body)
