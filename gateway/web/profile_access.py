"""Perfil, ways in: the password, the second factor (`second_factor`), passkeys, and where one is signed in.

A passkey is made by the browser (static/passkeys.js over the API); here it is renamed and removed, which works without JavaScript.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web.forms import SHOWN_AGAIN, page
from gateway.web.notices import then
from services.contracts.errors import Invalid, Refusal

PAGE = "/perfil/acceso"


def register(pages: Blueprint) -> None:
    pages.add_url_rule(PAGE, view_func=ways_in)
    pages.add_url_rule(f"{PAGE}/contrasena", view_func=change_password, methods=["POST"])
    pages.add_url_rule(f"{PAGE}/llaves/<passkey_id>", view_func=rename_passkey, methods=["POST"])
    pages.add_url_rule(f"{PAGE}/llaves/<passkey_id>/quitar", view_func=remove_passkey, methods=["POST"])
    pages.add_url_rule(f"{PAGE}/sesiones/<session_id>/terminar", view_func=end_session, methods=["POST"])


def ways_in() -> Any:
    with session.services() as ask:
        return shown(ask)


def change_password() -> Any:
    new, again = request.form.get("password", ""), request.form.get("again", "")
    with session.services() as ask:
        try:
            if new != again:
                raise Invalid.field("again", gettext("No coincide con la contraseña nueva."))
            made = ask.sign_in.change_password(request.form.get("current", ""), new)
        except SHOWN_AGAIN as refusal:
            return shown(ask, refusal)
    response = then(PAGE, gettext("Contraseña cambiada. Las demás sesiones han terminado."))
    session.set_cookie(response, made["session"])
    return response


def rename_passkey(passkey_id: str) -> Any:
    with session.services() as ask:
        try:
            ask.sign_in.rename_passkey(passkey_id, {"name": request.form.get("passkey_name", "")})
        except SHOWN_AGAIN as refusal:
            return shown(ask, refusal)
    return then(PAGE, gettext("Guardado."))


def remove_passkey(passkey_id: str) -> Any:
    with session.services() as ask:
        try:
            ask.sign_in.remove_passkey(passkey_id)
        except SHOWN_AGAIN as refusal:
            return shown(ask, refusal)
    return then(PAGE, gettext("Llave de acceso quitada: ya no abre nada."))


def end_session(session_id: str) -> Any:
    with session.services() as ask:
        ask.sign_in.end_session(session_id)
    return then(PAGE, gettext("Sesión terminada."))


def shown(ask: Any, refusal: Refusal | None = None) -> Any:
    mine = {"passkeys": ask.sign_in.passkeys(), "sessions": ask.sign_in.sessions(), "factor": ask.sign_in.second_factor()}
    return page(ask, "profile/access.html", refusal, **mine)
