"""Which language a page is in: the person's own, else that of the last sign-in here, else what the browser asks for, else Spanish.

The texts of the pages are Spanish in the source; `translations/` has the other four, written by people and compiled by `make texts`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Flask, g, request
from flask_babel import Babel, format_decimal, refresh
from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from werkzeug.wrappers import Response

from gateway.sentences import told

LANGUAGES: Final = {"es": "Español", "ca": "Català", "eu": "Euskara", "gl": "Galego", "en": "English"}
COOKIE = "casillero_language"
A_YEAR_S = 365 * 24 * 3600


def register(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "web/translations"
    Babel(app, default_locale="es", locale_selector=chosen)
    app.jinja_env.globals |= {"language": chosen, "languages": LANGUAGES, "ngettext": counted(app.jinja_env)}
    app.jinja_env.filters["told"] = told


def counted(environment: Environment) -> Callable[..., str]:
    """What a page says of a number, with the number as its language writes it: 1.200 clientes."""
    ngettext: Any = environment.globals["ngettext"]

    @pass_context
    def said(context: Context, singular: str, plural: str, num: int, **values: Any) -> str:
        return ngettext(context, singular, plural, num, **{"num": format_decimal(num)} | values)

    return said


def chosen() -> str:
    own = g.get("language") or request.cookies.get(COOKIE, "")
    return own if own in LANGUAGES else request.accept_languages.best_match(list(LANGUAGES)) or "es"


def speak(language: str) -> None:
    """From here on in this request. What was said before it was known who asks may have settled on the browser's language."""
    g.language = language
    refresh()


def remember(response: Response, language: str) -> None:
    """For the pages before the next sign-in."""
    response.set_cookie(COOKIE, language, max_age=A_YEAR_S, httponly=True, samesite="Lax", path="/")
