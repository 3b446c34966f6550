"""The groups of a client, and so who sees it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway import session
from gateway.web.client_window import address_of, client_window
from gateway.web.every import every
from gateway.web.notices import Undo, then
from services.contracts.errors import Invalid, NotAllowed, NotFound


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/<client_id>/grupos", view_func=client_groups)
    pages.add_url_rule("/clientes/<client_id>/grupos", view_func=change_groups, methods=["POST"])


def groups_to_give(ask: Any) -> dict[str, str]:
    """The groups that whoever asks may put a client in, {id: name}: all of them, or their own."""
    me = ask.access.me()
    groups = every(ask.access.groups) if "clients.all" in me["capabilities"] else me["groups"]
    return {group["id"]: group["name"] for group in groups}


def client_groups(client_id: str) -> Any:
    with session.services() as ask:
        return groups_window(ask, ask.clients.client(client_id))


def groups_window(ask: Any, client: dict[str, Any], refusal: Invalid | None = None) -> Response:
    current = {group["id"] for group in client["groups"]}
    others = {group_id: name for group_id, name in groups_to_give(ask).items() if group_id not in current}
    shown = {"others": others, "members": members_of(ask, current)}
    return client_window(ask, "groups", client, refusal, **shown)


def members_of(ask: Any, group_ids: set[str]) -> dict[str, dict[str, Any]]:
    """Of those groups that whoever asks may see: {count, names}; no names for who may not know the people of the firm."""
    groups = [group for group in every(ask.access.groups) if group["id"] in group_ids]
    try:
        known = {user["id"]: user["name"] for user in every(ask.access.users, is_active="true")}
    except NotAllowed:
        return {group["id"]: {"count": len(group["member_ids"]), "names": None} for group in groups}
    named = {group["id"]: sorted(known[member] for member in group["member_ids"] if member in known) for group in groups}
    return {group_id: {"count": len(names), "names": names} for group_id, names in named.items()}


def change_groups(client_id: str) -> Any:
    added, removed = request.form.get("add", ""), request.form.get("remove", "")
    with session.services() as ask:
        client = ask.clients.client(client_id)
        wanted = {group["id"] for group in client["groups"]} | ({added} if added else set())
        try:
            ask.clients.set_groups(client_id, sorted(wanted - {removed}))
        except Invalid as refusal:
            return groups_window(ask, client, refusal)
        return after_change(ask, client_id, Undo(address_of(client_id, "groups"), {"add": removed, "remove": added}))


def after_change(ask: Any, client_id: str, undo: Undo) -> Response:
    """Who takes a client out of the last group that they share with it does not see it any more."""
    try:
        ask.clients.client(client_id)
    except NotFound:
        return then("/clientes", gettext("Guardado. Ese cliente ya no está en ninguno de sus grupos, así que ya no lo ve."))
    return then(address_of(client_id, "groups"), gettext("Guardado."), undo)
