"""Abrir navegador: the reason is asked for, then a browser opens that identifies itself with the client's certificate; and who did so.

The form goes to a tab of its own, where the viewer is shown. On a single machine there is nothing to view: the person's own Firefox opens.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web.client_record import apart, titled
from gateway.web.client_window import client_window, names_of
from gateway.web.forms import SHOWN_AGAIN
from gateway.web.notices import then
from gateway.web.window import require
from services.contracts.errors import Refusal
from services.contracts.schemas.browser_sessions import ENDINGS
from services.contracts.schemas.certificates import usable

Json = dict[str, Any]
STATES: Final = {"starting": _("Arrancando"), "open": _("Abierto"), "closing": _("Cerrándose"), "ended": _("Cerrado")}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/<client_id>/navegador", view_func=browser, methods=["GET", "POST"])
    pages.add_url_rule("/clientes/<client_id>/navegador/<session_id>/cerrar", view_func=close_browser, methods=["POST"])


def browser(client_id: str) -> Any:
    with session.services() as ask:
        client = ask.clients.client(client_id)
        require(ask, "certificates.use")
    if request.method == "GET":
        return shown(client)
    reason = request.form.get("reason", "")
    try:
        with session.services() as ask:
            opened = ask.browser.open(client_id, {"reason": reason})
    except SHOWN_AGAIN as refusal:
        return shown(client, reason, refusal)
    if opened["viewer_url"]:
        return then(opened["viewer_url"])
    return then(page_of(client_id), gettext("Se ha abierto Firefox en este equipo. Al cerrarlo no queda nada del certificado."))


def close_browser(client_id: str, session_id: str) -> Any:
    with session.services() as ask:
        ask.browser.close(session_id)
    return then(page_of(client_id), gettext("Se cierra el navegador."))


def page_of(client_id: str) -> str:
    return f"/clientes/{client_id}/navegador"


def shown(client: Json, reason: str = "", refusal: Refusal | None = None) -> Any:
    """What the keyring and the browsers know is asked apart: the page is there while one of them is away, without what that one knows."""
    kept = apart(lambda ask: ask.keyring.certificates(client["id"]))
    card = usable(kept or [])
    sessions = apart(lambda ask: ask.browser.sessions_of(client["id"]))
    with session.services() as ask:
        people = names_of(ask, (one["user_id"] for one in sessions or []))
        values = {"kept": kept, "usable": card and titled(card), "sessions": sessions, "people": people, "states": STATES}
        return client_window(ask, "browser", client, refusal, reason=reason, endings=ENDINGS, **values)
