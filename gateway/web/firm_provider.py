"""Despacho, sign-in provider (OpenID Connect): chosen, changed, done without. Its secret goes in and is never shown again."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web.every import every
from gateway.web.forms import SHOWN_AGAIN, page, texts
from gateway.web.notices import then
from gateway.web.roles import names_of
from gateway.web.window import require
from services.contracts.errors import NotFound, Refusal

PAGE = "/despacho/proveedor"


def register(pages: Blueprint) -> None:
    pages.add_url_rule(PAGE, view_func=provider, methods=["GET", "POST"])
    pages.add_url_rule(f"{PAGE}/quitar", view_func=remove_provider, methods=["POST"])


def provider() -> Any:
    with session.services() as ask:
        require(ask, "settings.manage")
        require(ask, "users.manage")
        if request.method == "GET":
            return shown(ask)
        given = typed()
        try:
            ask.sign_in.set_provider(new_provider(given), session.origin())
        except SHOWN_AGAIN as refusal:
            return shown(ask, given, refusal)
    return then(PAGE, gettext("Guardado. Pruebe a entrar con el enlace antes de exigirlo."))


def remove_provider() -> Any:
    with session.services() as ask:
        try:
            ask.sign_in.remove_provider()
        except SHOWN_AGAIN as refusal:
            return shown(ask, None, refusal)
    return then(PAGE, gettext("Sin proveedor: se entra con contraseña o con llave de acceso."))


def typed() -> dict[str, Any]:
    given = texts("issuer", "client_id", "client_secret", "email_domains", "new_users_role", "emergency_user_id")
    return {**given, "is_required": bool(request.form.get("is_required"))}


def new_provider(given: dict[str, Any]) -> dict[str, Any]:
    """As `schemas.oidc.NewProvider`; an empty secret is the one that is kept."""
    wanted = {**given, "email_domains": [word for word in re.split(r"[\s,;]+", given["email_domains"]) if word]}
    wanted |= {name: given[name] or None for name in ("new_users_role", "emergency_user_id")}
    return {name: value for name, value in wanted.items() if name != "client_secret" or value}


def shown(ask: Any, given: dict[str, Any] | None = None, refusal: Refusal | None = None) -> Any:
    try:
        now = ask.sign_in.provider(session.origin())
    except NotFound:
        now = None
    stands = given or (as_typed(now) if now else {})
    people = every(ask.access.users, is_active="true")
    roles = {"": gettext("No: solo entra quien ya es usuario"), **names_of(ask)}
    return page(ask, "firm/provider.html", refusal, provider=now, typed=stands, roles=roles, people=people)


def as_typed(provider: dict[str, Any]) -> dict[str, Any]:
    """What the form shows of a provider that is."""
    return {**provider, "email_domains": "\n".join(provider["email_domains"])}
