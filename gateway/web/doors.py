"""The ways in and out: sign-in in one step or two, a link for who forgot the password, links that set one, sign-out.

A link that was used, or is too old, says so at once instead of showing a form that cannot work.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, make_response, redirect, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway import session
from gateway.api.passwords import ask_for_link
from gateway.api.second_factor import open_second_step
from gateway.api.sessions import open_session
from gateway.errors import status_of
from gateway.returning import after_the_door, carried_on, ours
from gateway.sentences import told
from gateway.web import languages
from gateway.web.notices import then
from services.contracts.errors import Invalid, NotFound, NotSignedIn, OtpNeeded, PasswordExpired, Refusal, TooMany

SECRET = ("password", "otp")


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/entrar", view_func=sign_in, methods=["GET", "POST"])
    pages.add_url_rule("/entrar/codigo", view_func=second_step, methods=["POST"])
    pages.add_url_rule("/entrar/seguir", view_func=go_on, methods=["POST"])
    pages.add_url_rule("/idioma", view_func=choose_language, methods=["POST"])
    pages.add_url_rule("/olvidada", view_func=forgotten, methods=["GET", "POST"])
    pages.add_url_rule("/salir", view_func=sign_out, methods=["POST"])
    pages.add_url_rule("/invitacion/<code>", view_func=invitation, methods=["GET", "POST"])
    pages.add_url_rule("/primer-acceso/<code>", view_func=first_access, methods=["GET", "POST"])


def sign_in() -> Any:
    if request.method == "GET":
        return render_template("session/sign_in.html", typed=carried_on(), refusal=None)
    credentials = {"email": request.form.get("email", ""), "password": request.form.get("password", "")}
    return let_in(lambda: open_session(credentials), "session/sign_in.html")


def second_step() -> Any:
    given = {"step": request.form.get("step", ""), "otp": request.form.get("otp", "")}
    return let_in(lambda: open_second_step(given), "session/second_step.html")


def let_in(enter: Callable[[], tuple[dict[str, Any], dict[str, Any]]], template: str) -> Response:
    """What follows on a sign-in: where they were, the question for a code, another password, or the same form."""
    session.require_same_origin()
    try:
        made, me = enter()
    except OtpNeeded as refusal:
        page = render_template("session/second_step.html", typed={"step": refusal.errors["step"][0], **carried_on()}, refusal=None)
        return make_response(page, status_of(refusal))
    except PasswordExpired as refusal:
        return redirect(f"/invitacion/{refusal.errors['code'][0]}")
    except (Invalid, NotSignedIn, TooMany) as refusal:
        return shown_again(template, refusal)
    response = make_response(after_the_door(made["csrf_token"]))
    session.set_cookie(response, made["session"])
    languages.remember(response, me["language"])
    return response


def go_on() -> Any:
    """What follows for who has come in otherwise than by the form: by a passkey."""
    with session.services():
        return after_the_door(g.csrf_token)


def choose_language() -> Response:
    """For the pages before signing in; whoever is in has their own."""
    response = then(ours(request.form.get("back", "/entrar")))
    if request.form.get("language") in languages.LANGUAGES:
        languages.remember(response, request.form["language"])
    return response


def forgotten() -> Any:
    if request.method == "GET":
        return render_template("session/forgotten.html", typed={}, refusal=None)
    try:
        asked = ask_for_link({"email": request.form.get("email", "")})
    except (Invalid, TooMany) as refusal:
        return shown_again("session/forgotten.html", refusal)
    return make_response(render_template("session/said.html", title=gettext("Elegir otra contraseña"), message=told(asked["message"])), 202)


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
    return by_link(code, "session/invitation.html", founding=False)


def first_access(code: str) -> Any:
    return by_link(code, "session/first_access.html", founding=True)


def by_link(code: str, template: str, *, founding: bool) -> Any:
    with session.unsigned_services() as ask:
        if not ask.sign_in.is_invitation(code, founding):
            return over()
        if request.method == "GET":
            return render_template(template, typed={}, refusal=None)
        try:
            use(ask, code, founding)
        except (Invalid, NotFound) as refusal:
            return over() if "code" in refusal.errors else shown_again(template, refusal)
    return redirect("/entrar")


def use(ask: Any, code: str, founding: bool) -> None:
    if founding:
        ask.sign_in.found(code, {name: request.form.get(name, "") for name in ("tenant", "name", "email", "password")})
    else:
        ask.sign_in.accept_invitation(code, request.form.get("password", ""), session.sender())


def over() -> Response:
    message = gettext("Este enlace ya se usó o ha caducado. Si ya eligió su contraseña, entre con ella; si no, pida otro enlace.")
    return make_response(render_template("session/said.html", title=gettext("Enlace usado o caducado"), message=message), 410)


def shown_again(template: str, refusal: Refusal) -> Response:
    """The same form with what was typed, but for what is secret, and each fault beside its field."""
    typed = {name: value for name, value in request.form.items() if name not in SECRET}
    response = make_response(render_template(template, typed=typed, refusal=refusal), status_of(refusal))
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = refusal.retry_after_s
    return response
