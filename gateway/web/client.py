"""Mantenimiento de clientes, its first tab: the record, saved whole, archived and brought back.

Two people may edit one client. The form carries the version and the record that it was filled from (`client_form`); who saves second is
told what is new, keeps all that was typed, and may save again on purpose.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web.client_form import EMPTY, Record, changes, differences, flat, merged, nested, read_before, typed
from gateway.web.client_record import Beside, new_window, record_window
from gateway.web.client_window import address_of
from gateway.web.notices import Undo, then
from gateway.web.window import require
from services.contracts.errors import Away, Conflict, Invalid, StaleVersion


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/nuevo", view_func=new_client)
    pages.add_url_rule("/clientes/nuevo", view_func=register_client, methods=["POST"])
    pages.add_url_rule("/clientes/<client_id>", view_func=client)
    pages.add_url_rule("/clientes/<client_id>", view_func=save_client, methods=["POST"])
    pages.add_url_rule("/clientes/<client_id>/archivar", view_func=archive_client, methods=["POST"])
    pages.add_url_rule("/clientes/<client_id>/recuperar", view_func=restore_client, methods=["POST"])


def new_client() -> Any:
    with session.services() as ask:
        require(ask, "clients.write")
        me = ask.access.me()
        own = [group["id"] for group in me["groups"]] if "clients.all" not in me["capabilities"] else []
        return new_window(ask, EMPTY, own)


def register_client() -> Any:
    mine, group_ids = typed(request.form), request.form.getlist("group_ids")
    with session.services() as ask:
        try:
            made = ask.clients.register(nested(mine) | ({"group_ids": group_ids} if group_ids else {}))
        except (Invalid, Conflict, Away) as refusal:
            return new_window(ask, mine, group_ids, refusal)
    return then(address_of(made["id"]), gettext("Cliente dado de alta."))


def client(client_id: str) -> Any:
    beside = Beside.of(client_id)
    with session.services() as ask:
        return record_window(ask, ask.clients.client(client_id), beside)


def save_client(client_id: str) -> Any:
    mine, was, version = typed(request.form), read_before(request.form), request.form.get("version", type=int)
    beside = Beside.of(client_id)
    with session.services() as ask:
        try:
            save(ask, client_id, changes(mine, was), version)
        except StaleVersion as refusal:
            now = ask.clients.client(client_id)
            return record_window(ask, now, beside, refusal=refusal, **overtaken(mine, was, flat(now)))
        except (Invalid, Conflict, Away) as refusal:
            return record_window(ask, ask.clients.client(client_id), beside, refusal=refusal, record=mine, was=was, version=version)
    return then(address_of(client_id), gettext("Guardado."))


def save(ask: Any, client_id: str, sent: Record, version: int | None) -> None:
    """Somebody who changed nothing makes no new version, on which another person's next save would stumble."""
    if not sent:
        ask.clients.client(client_id)
        return require(ask, "clients.write")
    ask.clients.change(client_id, nested(sent) | {"version": version})


def overtaken(mine: Record, was: Record, theirs: Record) -> dict[str, Any]:
    """Somebody saved first: the form stands on their version, with all that was typed in it."""
    return {"record": merged(mine, was, theirs), "differences": differences(mine, was, theirs), "is_overtaken": True}


def archive_client(client_id: str) -> Any:
    with session.services() as ask:
        ask.clients.archive(client_id)
    return then(address_of(client_id), gettext("Cliente archivado. Sus buzones ya no se leen."), Undo(f"/clientes/{client_id}/recuperar"))


def restore_client(client_id: str) -> Any:
    beside = Beside.of(client_id)
    with session.services() as ask:
        try:
            ask.clients.restore(client_id)
        except Conflict as refusal:
            return record_window(ask, ask.clients.client(client_id), beside, refusal=refusal)
    return then(address_of(client_id), gettext("Cliente recuperado. Sus buzones vuelven a leerse."))
