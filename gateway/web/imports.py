"""Bringing clients, groups or people in from a file: choose it, try it first, see how it goes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.api.uploads import uploaded
from gateway.errors import status_of
from gateway.handing_over import hand_over_rows
from gateway.web.notices import then
from gateway.web.window import window
from services.contracts.errors import Conflict, Invalid, NotAllowed, TooLarge

PAGE = "clients/import.html"


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/importar", view_func=import_file, methods=["GET", "POST"])


def import_file() -> Any:
    with session.services() as ask:
        if "clients.import" not in ask.access.me()["capabilities"]:
            raise NotAllowed(gettext("Su rol no le permite importar. Pídaselo a quien administra los usuarios de su despacho."))
        if request.method == "GET":
            return window(ask, PAGE, dry_run=True, refusal=None)
        dry_run = bool(request.form.get("dry_run"))
        try:
            begun = hand_over_rows(ask, uploaded(), "", dry_run)
        except (Invalid, TooLarge, Conflict, NotAllowed) as refusal:
            return window(ask, PAGE, dry_run=dry_run, refusal=refusal, status=status_of(refusal))
    return then(f"/trabajos/{begun['id']}")
