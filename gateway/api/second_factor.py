"""My second factor, and the second step of signing in.

Whoever has to set one up before anything else comes with a session that opens these calls only (`enrolling`).
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields

from gateway import session
from gateway.api.describing import describes
from gateway.api.sessions import SignedIn, entered
from services.contracts.schemas import checked
from services.contracts.schemas.second_factor import BothFactors, NewTotp, Otp, RecoveryCodes, SecondFactor, SecondStep

blueprint = Blueprint("second_factor", __name__)


class SignedInWithCodes(SignedIn):
    recovery_codes = fields.List(fields.String())


@blueprint.post("/api/session/second-step")
@describes(
    "Sign in, after a right password, with the code", body=SecondStep, answer=SignedIn, refusals=(401, 422, 429, 503), signed_in=False
)
def second_step(body: dict[str, Any]) -> Response:
    return entered(*open_second_step(body))


def open_second_step(body: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The new session and whose it is; raises NotSignedIn, Invalid and TooMany."""
    given = checked(SecondStep, body)
    with session.unsigned_services() as ask:
        made = ask.sign_in.second_step(given["step"], given["otp"], session.sender())
    with session.services_of(made) as ask:
        return made, ask.access.me()


@blueprint.get("/api/me/second-factor")
@describes("Whether a code is asked for when I sign in, and how many recovery codes I have", answer=SecondFactor, enrolling=True)
def second_factor() -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.second_factor()


@blueprint.post("/api/me/totp")
@describes("Set up an app that makes numbers: its secret, and the picture that it reads", answer=NewTotp, enrolling=True)
def enrol_totp() -> dict[str, Any]:
    with session.services() as ask:
        return ask.sign_in.enrol_totp()


@blueprint.post("/api/me/totp/confirm")
@describes("From now on a code is asked for; the recovery codes are shown this once", body=Otp, answer=SignedInWithCodes, enrolling=True)
def confirm_totp(body: dict[str, Any]) -> Response:
    given = checked(Otp, body)
    with session.services() as ask:
        made, me = ask.sign_in.confirm_totp(given["otp"]), ask.access.me()
    return entered(made, me, recovery_codes=made["recovery_codes"])


@blueprint.post("/api/me/totp/remove")
@describes("Remove my second factor: every session ends, and a new one begins", body=BothFactors, answer=SignedIn)
def remove_totp(body: dict[str, Any]) -> Response:
    given = checked(BothFactors, body)
    with session.services() as ask:
        return entered(ask.sign_in.remove_totp(given["password"], given["otp"]), ask.access.me())


@blueprint.post("/api/me/recovery-codes")
@describes("New recovery codes in place of the old ones, shown this once", body=BothFactors, answer=RecoveryCodes, status=201)
def renew_recovery_codes(body: dict[str, Any]) -> dict[str, Any]:
    given = checked(BothFactors, body)
    with session.services() as ask:
        return ask.sign_in.renew_recovery_codes(given["password"], given["otp"])


@blueprint.delete("/api/users/<user_id>/second-factor")
@describes("Let somebody in who has lost their second factor: the password alone is asked for, and their sessions end", status=204)
def reset_second_factor(user_id: str) -> None:
    with session.services() as ask:
        ask.sign_in.reset_second_factor(user_id)
