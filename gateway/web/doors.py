"""The ways in and out: sign-in, the first administrator's link, an invitation, sign-out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway import session
from gateway.api.sessions import open_session
from gateway.errors import status_of
from services.contracts.errors import Invalid, NotFound, NotSignedIn, Refusal, TooMany


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/entrar", view_func=sign_in, methods=["GET", "POST"])
    pages.add_url_rule("/salir", view_func=sign_out, methods=["POST"])
    pages.add_url_rule("/invitacion/<code>", view_func=invitation, methods=["GET", "POST"])
    pages.add_url_rule("/primer-acceso/<code>", view_func=first_access, methods=["GET", "POST"])


def sign_in() -> Any:
    if request.method == "GET":
        return render_template("session/sign_in.html", typed={}, refusal=None)
    credentials = {"email": request.form.get("email", ""), "password": request.form.get("password", "")}
    try:
        made, _ = open_session(credentials)
    except (Invalid, NotSignedIn, TooMany) as refusal:
        return shown_again("session/sign_in.html", refusal)
    response = redirect("/")
    session.set_cookie(response, made["session"])
    return response


def sign_out() -> Response:
    token = session.credential()
    try:
        with session.services() as ask:
            ask.sign_in.sign_out(token)
    except NotSignedIn:
        # Leaving twice, or after the session ran out, is leaving all the same.
        pass
    response = redirect("/entrar")
    session.clear_cookie(response)
    return response


def invitation(code: str) -> Any:
    if request.method == "GET":
        return render_template("session/invitation.html", typed={}, refusal=None)
    try:
        with session.unsigned_services() as ask:
            ask.sign_in.accept_invitation(code, request.form.get("password", ""))
    except (Invalid, NotFound) as refusal:
        return shown_again("session/invitation.html", refusal)
    return redirect("/entrar")


def first_access(code: str) -> Any:
    if request.method == "GET":
        return render_template("session/first_access.html", typed={}, refusal=None)
    founder = {name: request.form.get(name, "") for name in ("tenant", "name", "email", "password")}
    try:
        with session.unsigned_services() as ask:
            ask.sign_in.found(code, founder)
    except (Invalid, NotFound) as refusal:
        return shown_again("session/first_access.html", refusal)
    return redirect("/entrar")


def shown_again(template: str, refusal: Refusal) -> Response:
    """The same form with what was typed, but for the password, and each fault beside its field."""
    typed = {name: value for name, value in request.form.items() if name != "password"}
    response = make_response(render_template(template, typed=typed, refusal=refusal), status_of(refusal))
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = refusal.retry_after_s
    return response
