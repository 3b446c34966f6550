"""Perfil, programs: API tokens that act for oneself, with all or some of what one may do; each is shown once."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web.forms import SHOWN_AGAIN, page, texts
from gateway.web.lists import MADRID
from gateway.web.notices import then
from gateway.web.roles import CAPABILITIES
from services.contracts.errors import Invalid, Refusal

PAGE = "/perfil/tokens"


def register(pages: Blueprint) -> None:
    pages.add_url_rule(PAGE, view_func=tokens, methods=["GET", "POST"])
    pages.add_url_rule(f"{PAGE}/<token_id>/revocar", view_func=revoke_token, methods=["POST"])


def tokens() -> Any:
    with session.services() as ask:
        if request.method == "GET":
            return shown(ask, {"scope": "some"})
        typed = {**texts("name", "scope", "expires_on"), "capabilities": request.form.getlist("capabilities")}
        try:
            made = ask.sign_in.issue_token(new_token(typed))
        except SHOWN_AGAIN as refusal:
            return shown(ask, typed, refusal)
        return shown(ask, {"scope": "some"}, new=made["token"])


def new_token(typed: dict[str, Any]) -> dict[str, Any]:
    """As `schemas.sessions.NewToken`; raises Invalid."""
    capabilities = None if typed["scope"] == "all" else typed["capabilities"]
    return {"name": typed["name"], "capabilities": capabilities, "expires_at": end_of(typed["expires_on"])}


def end_of(day: str) -> str | None:
    """The instant at which a day is over in Madrid; None when none is said."""
    if not day:
        return None
    try:
        following = date.fromisoformat(day) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise Invalid.field("expires_on", gettext("No es un día. Escríbalo como 2026-12-31.")) from None
    return datetime.combine(following, time(), MADRID).isoformat()


def revoke_token(token_id: str) -> Any:
    with session.services() as ask:
        ask.sign_in.revoke_token(token_id)
    return then(PAGE, gettext("Token revocado: no vuelve a abrir nada."))


def shown(ask: Any, typed: dict[str, Any], refusal: Refusal | None = None, new: str = "") -> Any:
    values = {"tokens": ask.sign_in.tokens(), "typed": typed, "words": CAPABILITIES, "new": new}
    return page(ask, "profile/tokens.html", refusal, **values)
