"""What is done to a person's way in: disabled and enabled, invited again, let in without the second factor, their tokens revoked."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web.forms import SHOWN_AGAIN, version
from gateway.web.notices import then
from gateway.web.people import invited, shown
from gateway.web.window import window


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/usuarios/<user_id>/estado", view_func=set_state, methods=["POST"])
    pages.add_url_rule("/usuarios/<user_id>/invitacion", view_func=invite_again, methods=["POST"])
    pages.add_url_rule("/usuarios/<user_id>/segundo-factor", view_func=reset_second_factor_of_user, methods=["POST"])
    pages.add_url_rule("/usuarios/<user_id>/tokens/<token_id>/revocar", view_func=revoke_token_of_user, methods=["POST"])


def set_state(user_id: str) -> Any:
    is_active = request.form.get("is_active") == "true"
    with session.services() as ask:
        found = ask.access.user(user_id)
        try:
            ask.access.change_user(user_id, {"version": version(), "is_active": is_active})
        except SHOWN_AGAIN as refusal:
            return shown(ask, found, refusal=refusal)
    said = gettext("Ya puede entrar otra vez.") if is_active else gettext("Ya no puede entrar: sus sesiones y sus tokens han terminado.")
    return then(f"/usuarios/{user_id}", said)


def invite_again(user_id: str) -> Any:
    with session.services() as ask:
        try:
            made = invited(ask, user_id)
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.user(user_id), refusal=refusal)
        return window(ask, "people/invited.html", 201, **made, user=ask.access.user(user_id))


def reset_second_factor_of_user(user_id: str) -> Any:
    with session.services() as ask:
        try:
            ask.sign_in.reset_second_factor(user_id)
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.user(user_id), refusal=refusal)
    return then(f"/usuarios/{user_id}", gettext("Segundo factor y llaves de acceso anulados: entra con su contraseña y pone otros."))


def revoke_token_of_user(user_id: str, token_id: str) -> Any:
    with session.services() as ask:
        ask.sign_in.revoke_token(token_id, user_id)
    return then(f"/usuarios/{user_id}", gettext("Token revocado: no vuelve a abrir nada."))
