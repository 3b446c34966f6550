"""Setting up the second factor: what somebody has to do first whose firm requires one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, make_response, render_template, request

from gateway import session
from gateway.errors import status_of
from services.contracts.errors import Conflict, Invalid, TooMany
from services.contracts.schemas import checked
from services.contracts.schemas.second_factor import Otp

PAGE = "session/second_factor.html"


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/segundo-factor", view_func=second_factor, methods=["GET", "POST"])
    pages.add_url_rule("/segundo-factor/confirmar", view_func=confirm_second_factor, methods=["POST"])


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
            state = ask.sign_in.second_factor()
            page = render_template(PAGE, state=state, is_begun=True, refusal=refusal, csrf_token=g.csrf_token)
            return make_response(page, status_of(refusal))
    response = make_response(render_template(PAGE, codes=made["recovery_codes"]))
    session.set_cookie(response, made["session"])
    return response
