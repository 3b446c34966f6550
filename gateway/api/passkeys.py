"""Passkeys: my own, and signing in with one. What the browser needs goes through as it is."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from gateway import session
from gateway.api.describing import describes
from gateway.api.sessions import SignedIn, entered
from gateway.api.shapes import listed
from services.contracts.schemas import checked
from services.contracts.schemas.passkeys import CreationOptions, NewPasskey, Passkey, PasskeyChanges, PasskeyShown, RequestOptions

blueprint = Blueprint("passkeys", __name__)


@blueprint.get("/api/me/passkeys")
@describes("My passkeys", answer=listed(Passkey), enrolling=True)
def passkeys() -> dict[str, Any]:
    with session.services() as ask:
        return {"items": ask.sign_in.passkeys()}


@blueprint.post("/api/me/passkeys/options")
@describes("What my browser makes a new passkey from; good for five minutes and one passkey", answer=CreationOptions, enrolling=True)
def passkey_options() -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.passkey_options(session.origin(), session.sender())


@blueprint.post("/api/me/passkeys")
@describes("A new passkey of mine", body=NewPasskey, answer=Passkey, status=201, enrolling=True)
def enrol_passkey(body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.enrol_passkey(body, session.origin())


@blueprint.patch("/api/me/passkeys/<passkey_id>")
@describes("Rename a passkey", body=PasskeyChanges, answer=Passkey)
def rename_passkey(passkey_id: str, body: dict[str, Any]) -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.rename_passkey(passkey_id, body)


@blueprint.delete("/api/me/passkeys/<passkey_id>")
@describes("Remove a passkey; it opens nothing from then on", status=204)
def remove_passkey(passkey_id: str) -> None:
    with session.services() as ask:
        ask.sign_in.remove_passkey(passkey_id)


@blueprint.post("/api/session/passkey/options")
@describes("What a browser signs in with; good for five minutes and one try", answer=RequestOptions, refusals=(429, 503), signed_in=False)
def passkey_challenge() -> dict[str, Any]:
    with session.unsigned_services() as ask:
        return ask.sign_in.passkey_challenge(session.origin(), session.sender())


@blueprint.post("/api/session/passkey")
@describes("Sign in with a passkey", body=PasskeyShown, answer=SignedIn, refusals=(401, 422, 429, 503), signed_in=False)
def sign_in_with_passkey(body: dict[str, Any]) -> Response:
    shown = checked(PasskeyShown, body)
    with session.unsigned_services() as ask:
        made = ask.sign_in.sign_in_with_passkey(shown["credential"], session.origin(), session.sender())
    with session.services_of(made) as ask:
        return entered(made, ask.access.me())
