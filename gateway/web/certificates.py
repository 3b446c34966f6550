"""Certificados: the firm's own, and those of many clients from a ZIP, which a job goes through."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.api.uploads import uploaded
from gateway.certificate_zips import entries_of
from gateway.handing_over import hand_over, hand_over_many
from gateway.sentences import told
from gateway.web.client_record import titled
from gateway.web.clients import CERTIFICATES, TONES
from gateway.web.forms import SHOWN_AGAIN, page
from gateway.web.notices import then
from gateway.web.window import require
from services.contracts.errors import Refusal

PAGE = "/certificados"
FIRM = ""


def register(pages: Blueprint) -> None:
    pages.add_url_rule(PAGE, view_func=certificates_of_firm, methods=["GET", "POST"])
    pages.add_url_rule(f"{PAGE}/importar", view_func=import_many, methods=["POST"])
    pages.add_url_rule(f"{PAGE}/<certificate_id>/quitar", view_func=remove_certificate_of_firm, methods=["GET", "POST"])


def certificates_of_firm() -> Any:
    with session.services() as ask:
        if request.method == "GET":
            return shown(ask)
        try:
            made = hand_over(ask, FIRM, base64.b64encode(uploaded()).decode(), request.form.get("password", ""))
        except SHOWN_AGAIN as refusal:
            return shown(ask, refusal)
    odd = " ".join(told(warning["message"]) for warning in made["warnings"])
    return then(PAGE, f"{gettext('Certificado guardado.')} {odd}".strip())


def import_many() -> Any:
    dry_run, beside = bool(request.form.get("dry_run")), request.files.get("passwords")
    with session.services() as ask:
        require(ask, "certificates.manage")
        try:
            content = uploaded()
            entries = entries_of(content, request.form.get("password", ""), beside.read() if beside else None)
            begun = hand_over_many(ask, entries, hashlib.sha256(content).hexdigest(), dry_run)
        except SHOWN_AGAIN as refusal:
            return shown(ask, many=refusal, dry_run=dry_run)
    return then(f"/trabajos/{begun['id']}")


def remove_certificate_of_firm(certificate_id: str) -> Any:
    with session.services() as ask:
        if request.method == "GET":
            found = [one for one in ask.keyring.certificates(FIRM) if one["id"] == certificate_id]
            return page(ask, "certificates/remove.html", None, certificate=titled(found[0])) if found else then(PAGE)
        ask.keyring.remove_certificate(FIRM, certificate_id)
    return then(PAGE, gettext("Certificado quitado: su clave ya no existe aquí."))


def shown(ask: Any, refusal: Refusal | None = None, many: Refusal | None = None, dry_run: bool = True) -> Any:
    """`many`: why a ZIP was refused."""
    found = {"found": [titled(one) for one in ask.keyring.certificates(FIRM)], "states": CERTIFICATES, "tones": TONES}
    return page(ask, "certificates/list.html", refusal or many, many=many, own=refusal, dry_run=dry_run, **found)
