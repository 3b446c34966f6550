"""The mailboxes of a client: how each is doing, reading one now, adding, pausing, removing.

A reading is followed in its row where there is JavaScript (`static/syncs.js`), whoever asked for it, and on a page of its own that renews
itself where there is none.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from gateway import session
from gateway.api.mailboxes import MOST_PER_CLIENT
from gateway.web import names
from gateway.web.client_notifications import received
from gateway.web.client_window import address_of, client_window
from gateway.web.notices import then
from gateway.web.window import window
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal

SYNC_STATES = {"queued": _("En cola"), "running": _("Leyendo"), "done": _("Consulta completa"), "failed": _("No se pudo leer")}
AT_ONCE = timedelta(seconds=10)
LATEST = {"page": 1, "page_size": 5, "sort": "-available_at"}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/<client_id>/buzones", view_func=client_mailboxes)
    pages.add_url_rule("/clientes/<client_id>/buzones", view_func=add_mailbox, methods=["POST"])
    pages.add_url_rule("/clientes/<client_id>/buzones/<mailbox_id>/<act>", view_func=act_on_mailbox, methods=["GET", "POST"])
    pages.add_url_rule("/consultas/<sync_id>", view_func=reading)


def client_mailboxes(client_id: str) -> Any:
    with session.services() as ask:
        return mailboxes_window(ask, client_id)


def mailboxes_window(ask: Any, client_id: str, refusal: Refusal | None = None) -> Response:
    client, bodies = ask.clients.client(client_id), ask.mailbox_sync.bodies()
    mailboxes = ask.mailbox_sync.mailboxes(MOST_PER_CLIENT | {"client": client_id})["items"]
    capabilities = ask.access.me()["capabilities"]
    values = {
        "mailboxes": [box | {"why_not": why_not_read(client, box, capabilities), "is_due": is_due(box)} for box in mailboxes],
        "ways": ways(bodies, {box["body"] for box in mailboxes}),
        "needs": [body for body in bodies if body["is_read"]],
        "latest": received(ask, LATEST | {"client": client_id}),
        "chosen": request.form.get("way", ""),
    }
    return client_window(ask, "mailboxes", client, refusal, names=names, **values)


def why_not_read(client: dict[str, Any], mailbox: dict[str, Any], capabilities: list[str]) -> str:
    """Why there is no button to read the mailbox now; empty when there is one."""
    if client["archived"]:
        return gettext("El cliente está archivado: sus buzones no se leen.")
    if not client["receives_notifications"]:
        return gettext("El cliente no está habilitado para recibir notificaciones electrónicas: sus buzones no se leen.")
    if mailbox["state"] == "paused":
        return gettext("Está en pausa: reanúdelo para consultarlo.")
    if "mailboxes.sync" not in capabilities:
        return gettext("Su rol no permite consultar buzones.")
    if not mailbox["may"]["sync"]:
        return gettext("No tiene permiso para consultar buzones de %(body)s.", body=names.body(mailbox["body"]))
    return ""


def is_due(mailbox: dict[str, Any]) -> bool:
    """Whether it is being read or will be at once, by itself or because somebody asked, so that its row is about to change."""
    due_at = mailbox["next_check_at"]
    return not mailbox["why_not_read"] and (not due_at or datetime.fromisoformat(due_at) < datetime.now(UTC) + AT_ONCE)


def ways(bodies: list[dict[str, Any]], taken: set[str]) -> dict[str, str]:
    """The ways into another mailbox, `body/via` with its words, for bodies that are read and where the client has none yet."""
    free = [body for body in bodies if body["is_read"] and body["id"] not in taken]
    return {f"{body['id']}/{via}": f"{body['name']} · {names.VIAS[via]}" for body in free for via in body["vias"]}


# ── what is done ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def add_mailbox(client_id: str) -> Any:
    body, _slash, via = request.form.get("way", "").partition("/")
    with session.services() as ask:
        try:
            ask.mailbox_sync.add_mailbox(client_id, {"body": body, "via": via})
        except (Invalid, Conflict) as refusal:
            return mailboxes_window(ask, client_id, refusal)
    return then(address_of(client_id, "mailboxes"), gettext("Buzón añadido. Se leerá enseguida."))


def act_on_mailbox(client_id: str, mailbox_id: str, act: str) -> Any:
    """Also where a refused act leaves the browser: there, loading again shows the tab."""
    if act not in ACTS:
        raise NotFound()
    if request.method == "GET":
        return redirect(address_of(client_id, "mailboxes"))
    with session.services() as ask:
        if ask.mailbox_sync.mailbox(mailbox_id)["client_id"] != client_id:
            raise NotFound()
        try:
            return ACTS[act](ask, client_id, mailbox_id)
        except (Conflict, NotAllowed) as refusal:
            return mailboxes_window(ask, client_id, refusal)


def read_now(ask: Any, client_id: str, mailbox_id: str) -> Response:
    return redirect(f"/consultas/{ask.mailbox_sync.sync_now(mailbox_id)['id']}", 303)


def pause(ask: Any, client_id: str, mailbox_id: str) -> Response:
    return set_state(ask, client_id, mailbox_id, "paused", gettext("Buzón en pausa."))


def resume(ask: Any, client_id: str, mailbox_id: str) -> Response:
    return set_state(ask, client_id, mailbox_id, "active", gettext("Buzón reanudado. Se leerá enseguida."))


def set_state(ask: Any, client_id: str, mailbox_id: str, state: str, sentence: str) -> Response:
    ask.mailbox_sync.change_mailbox(mailbox_id, {"version": request.form.get("version", type=int), "state": state})
    return then(address_of(client_id, "mailboxes"), sentence)


def remove(ask: Any, client_id: str, mailbox_id: str) -> Response:
    ask.mailbox_sync.remove_mailbox(mailbox_id)
    return then(address_of(client_id, "mailboxes"), gettext("Buzón quitado. Lo que trajo se conserva."))


ACTS: dict[str, Callable[[Any, str, str], Response]] = {"consultar": read_now, "pausar": pause, "reanudar": resume, "quitar": remove}


# ── a reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def reading(sync_id: str) -> Any:
    with session.services() as ask:
        sync = ask.mailbox_sync.sync(sync_id)
        mailbox = mailbox_of(ask, sync)
        name = ask.clients.client(mailbox["client_id"])["name"] if mailbox else ""
        is_over = sync["state"] in ("done", "failed")
        shown = {"sync": sync, "mailbox": mailbox, "name": name, "is_over": is_over, "sync_states": SYNC_STATES, "names": names}
        return window(ask, "client/reading.html", **shown)


def mailbox_of(ask: Any, sync: dict[str, Any]) -> dict[str, Any] | None:
    """None for one that was removed since."""
    try:
        return ask.mailbox_sync.mailbox(sync["mailbox_id"])
    except NotFound:
        return None
