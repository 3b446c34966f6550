"""Perfil: what everybody may change of themselves. Their ways in are in `profile_access`, their programs in `profile_tokens`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.returning import ours
from gateway.web import languages
from gateway.web.forms import SHOWN_AGAIN, page, version
from gateway.web.notices import then
from gateway.web.roles import name_of
from gateway.web.window import THEME, THEMES
from services.contracts.errors import Refusal

A_YEAR_S = 365 * 24 * 3600


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/perfil", view_func=profile, methods=["GET", "POST"])
    pages.add_url_rule("/perfil/tema", view_func=choose_theme, methods=["POST"])


def profile() -> Any:
    with session.services() as ask:
        if request.method == "GET":
            return shown(ask, None)
        language = request.form.get("language", "")
        given = {"name": request.form.get("name", ""), "language": language or None}
        try:
            me = ask.access.change_me({**given, "version": version()})
        except SHOWN_AGAIN as refusal:
            return shown(ask, given, refusal)
    return in_their_language(me)


def in_their_language(me: dict[str, Any]) -> Any:
    """What is said on the page that follows is said in the language just chosen."""
    languages.speak(me["language"])
    response = then("/perfil", gettext("Guardado."))
    languages.remember(response, me["language"])
    return response


def shown(ask: Any, given: dict[str, Any] | None, refusal: Refusal | None = None) -> Any:
    me = ask.access.me()
    mine = ask.access.user(me["id"])
    values = {"mine": mine, "typed": given or mine, "role": name_of(mine["role"]), "languages": languages.LANGUAGES}
    return page(ask, "profile/profile.html", refusal, **values)


def choose_theme() -> Any:
    """Light, dark, or as the system is: kept in this browser, and back to where one was."""
    session.signed_in()
    chosen = request.form.get("theme", "")
    response = then(ours(request.form.get("back", "/")))
    if chosen in THEMES:
        response.set_cookie(THEME, chosen, max_age=A_YEAR_S, httponly=True, samesite="Lax", path="/")
    else:
        response.delete_cookie(THEME, path="/")
    return response
