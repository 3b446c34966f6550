"""The second factor: set up, which somebody has to do first whose firm requires one; its codes renewed, and taken away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, render_template, request
from flask_babel import gettext

from gateway import session
from gateway.errors import status_of
from gateway.web.notices import then
from services.contracts.errors import Conflict, Invalid, Refusal, TooMany
from services.contracts.schemas import checked
from services.contracts.schemas.second_factor import BothFactors, Otp

PAGE = "session/second_factor.html"


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/segundo-factor", view_func=second_factor, methods=["GET", "POST"])
    pages.add_url_rule("/segundo-factor/confirmar", view_func=confirm_second_factor, methods=["POST"])
    pages.add_url_rule("/segundo-factor/codigos", view_func=renew_codes, methods=["POST"])
    pages.add_url_rule("/segundo-factor/quitar", view_func=remove_second_factor, methods=["POST"])


def second_factor() -> Any:
    with session.services(enrolling=True) as ask:
        state = ask.sign_in.second_factor()
        begins = request.method == "POST" and not state["is_on"]
        new = ask.sign_in.enrol_totp() if begins else None
    return render_template(PAGE, state=state, is_begun=begins, new=new, csrf_token=g.csrf_token)


def confirm_second_factor() -> Any:
    with session.services(enrolling=True) as ask:
        try:
            made = ask.sign_in.confirm_totp(checked(Otp, {"otp": request.form.get("otp", "")})["otp"])
        except (Invalid, Conflict, TooMany) as refusal:
            return shown_again(ask, refusal, is_begun=True)
    response = make_response(render_template(PAGE, codes=made["recovery_codes"]))
    session.set_cookie(response, made["session"])
    return response


def renew_codes() -> Any:
    with session.services() as ask:
        try:
            made = ask.sign_in.renew_recovery_codes(*both())
        except (Invalid, TooMany) as refusal:
            return shown_again(ask, refusal)
    return render_template(PAGE, codes=made["recovery_codes"])


def remove_second_factor() -> Any:
    with session.services() as ask:
        try:
            made = ask.sign_in.remove_totp(*both())
        except (Invalid, Conflict, TooMany) as refusal:
            return shown_again(ask, refusal)
    response = then("/perfil/acceso", gettext("Segundo factor quitado. Las demás sesiones han terminado."))
    session.set_cookie(response, made["session"])
    return response


def both() -> tuple[str, str]:
    """Password and code; raises Invalid."""
    given = checked(BothFactors, {name: request.form.get(name, "") for name in ("password", "otp")})
    return given["password"], given["otp"]


def shown_again(ask: Any, refusal: Refusal, *, is_begun: bool = False) -> Any:
    state = ask.sign_in.second_factor()
    response = make_response(
        render_template(PAGE, state=state, is_begun=is_begun, refusal=refusal, csrf_token=g.csrf_token), status_of(refusal)
    )
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = refusal.retry_after_s
    return response
