"""Despacho: what the firm decides for all its people, its logo, and the mailboxes that a new client begins with."""

from __future__ import annotations

import base64
from typing import Any

from flask import Blueprint, Response, request
from flask_babel import gettext

from gateway import session
from gateway.api.uploads import uploaded
from gateway.web import names
from gateway.web.forms import SHOWN_AGAIN, page, texts, version
from gateway.web.languages import LANGUAGES
from gateway.web.notices import then
from gateway.web.window import require
from services.contracts.errors import Refusal, StaleVersion
from services.contracts.schemas.people import SEDES

PAGE = "/despacho"
KEPT = "private, max-age=31536000, immutable"
FLAGS = ("strict_passwords", "requires_second_factor")


def register(pages: Blueprint) -> None:
    pages.add_url_rule(PAGE, view_func=firm, methods=["GET", "POST"])
    pages.add_url_rule(f"{PAGE}/logo", view_func=logo)
    pages.add_url_rule(f"{PAGE}/logo", view_func=set_logo, methods=["POST"])
    pages.add_url_rule(f"{PAGE}/logo/quitar", view_func=remove_logo, methods=["POST"])


def firm() -> Any:
    with session.services() as ask:
        require(ask, "settings.manage")
        if request.method == "GET":
            return shown(ask)
        given = typed()
        try:
            ask.access.change_settings({**given, "version": version()})
        except SHOWN_AGAIN as refusal:
            return shown(ask, given, refusal)
    return then(PAGE, gettext("Guardado."))


def typed() -> dict[str, Any]:
    """The body of PATCH /api/settings that the form says. A number of days that is none is sent as it was typed, and refused."""
    days = request.form.get("certificate_warning_days", "").strip()
    mailboxes = [{"body": body, "via": request.form[f"via_{body}"]} for body in SEDES if request.form.get(f"via_{body}")]
    return {
        **texts("name", "language"),
        "certificate_warning_days": int(days) if days.isascii() and days.isdigit() and len(days) < 10 else days,
        **{name: bool(request.form.get(name)) for name in FLAGS},
        "default_mailboxes": mailboxes,
    }


def logo() -> Response:
    """To every user, kept by the browser: its address has the version."""
    with session.services() as ask:
        found = ask.access.logo()
    response = Response(base64.b64decode(found["content_base64"]), mimetype=found["media_type"])
    response.headers["Cache-Control"] = KEPT if request.args.get("v") else "no-store"
    return response


def set_logo() -> Any:
    with session.services() as ask:
        require(ask, "settings.manage")
        try:
            ask.access.set_logo(base64.b64encode(uploaded()).decode())
        except SHOWN_AGAIN as refusal:
            return shown(ask, None, refusal)
    return then(PAGE, gettext("Logotipo puesto."))


def remove_logo() -> Any:
    with session.services() as ask:
        ask.access.remove_logo()
    return then(PAGE, gettext("Logotipo quitado."))


def shown(ask: Any, given: dict[str, Any] | None = None, refusal: Refusal | None = None) -> Any:
    now = ask.access.settings()
    stands = given or now
    values = {
        "settings": now,
        "typed": stands,
        "vias": {mailbox["body"]: mailbox["via"] for mailbox in stands["default_mailboxes"]},
        "bodies": {body["id"]: body for body in ask.mailbox_sync.bodies() if body["id"] in SEDES},
        "languages": LANGUAGES,
        "words": names.VIAS,
        "changed": differences(now, given) if given and isinstance(refusal, StaleVersion) else [],
    }
    return page(ask, "firm/firm.html", refusal, **values)


def differences(now: dict[str, Any], given: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What stands there now and is not what was typed, as (label, now)."""
    words = {True: gettext("sí"), False: gettext("no")}
    said = {
        "name": (gettext("Nombre"), now["name"]),
        "certificate_warning_days": (gettext("Días de aviso"), now["certificate_warning_days"]),
        "language": (gettext("Idioma"), LANGUAGES[now["language"]]),
        "strict_passwords": (gettext("Contraseñas estrictas"), words[now["strict_passwords"]]),
        "requires_second_factor": (gettext("Segundo factor obligatorio"), words[now["requires_second_factor"]]),
        "default_mailboxes": (gettext("Buzones de los clientes nuevos"), gettext("son otros")),
    }
    return [line for name, line in said.items() if given[name] != now[name]]
