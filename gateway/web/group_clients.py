"""The clients of a group, of whom there may be tens of thousands: a page of them, searched; more of them added by searching all clients.

Those that are ticked are moved at once; all that a search finds are moved by a job.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from gateway import session
from gateway.web.forms import page
from gateway.web.lists import asked, paged
from gateway.web.notices import Undo, then
from gateway.web.window import require
from services.contracts.errors import Invalid
from services.contracts.schemas.clients import ClientsPage

MOST = 200


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/grupos/<group_id>/clientes", view_func=clients_of_group, methods=["GET", "POST"])
    pages.add_url_rule("/grupos/<group_id>/clientes/anadir", view_func=add_clients, methods=["GET", "POST"])


def clients_of_group(group_id: str) -> Any:
    """Those that are in it; POST takes out those that are ticked."""
    with session.services() as ask:
        group = ask.access.group(group_id)
        if request.method == "POST":
            require(ask, "clients.write")
            if move(ask, group_id, is_leaving=True):
                return taken_out(ask, group_id, ticked())
        wanted = asked(ClientsPage, group=group_id)
        wanted["group"] = group_id
        found = paged(ask.clients.clients, wanted)
        loses = "clients.all" not in ask.access.me()["capabilities"] and any(len(one["groups"]) == 1 for one in found["items"])
        return page(ask, "groups/clients.html", nothing_ticked(), group=group, found=found, page=wanted, loses=loses)


def taken_out(ask: Any, group_id: str, client_ids: list[str]) -> Response:
    """Who shared no other group with some of them sees those no more, and could not put them back."""
    still = ask.clients.names(client_ids)
    kept = [client_id for client_id in client_ids if client_id in still]
    count, lost = len(client_ids), len(client_ids) - len(kept)
    sentence = ngettext("%(num)s cliente fuera del grupo.", "%(num)s clientes fuera del grupo.", count)
    if lost:
        gone = ngettext("Ya no ve a %(num)s: no está en otro de sus grupos.", "Ya no ve a %(num)s: no están en otro de sus grupos.", lost)
        sentence = f"{sentence} {gone}"
    return then(address(group_id), sentence, Undo(f"{address(group_id)}/anadir", {"ids": kept}) if kept else None)


def add_clients(group_id: str) -> Any:
    """All clients that one sees, searched; POST puts in those that are ticked, or all that the search finds."""
    with session.services() as ask:
        group = ask.access.group(group_id)
        require(ask, "clients.write")
        if request.form.get("all"):
            chosen = {"filter": {"q": request.form.get("q", "")}, "action": "add_to_groups", "group_ids": [group_id]}
            return then(f"/trabajos/{ask.clients.bulk(chosen)['id']}")
        count = move(ask, group_id) if request.method == "POST" else 0
        if count:
            return then(address(group_id), ngettext("%(num)s cliente añadido.", "%(num)s clientes añadidos.", count))
        wanted = asked(ClientsPage, q=request.form.get("q", ""))
        found = paged(ask.clients.clients, wanted)
        return page(ask, "groups/add_clients.html", nothing_ticked(), group=group, found=found, page=wanted)


def move(ask: Any, group_id: str, *, is_leaving: bool = False) -> int:
    """Put the ticked clients into the group, or take them out; returns how many those were."""
    client_ids = ticked()
    for client_id in client_ids:
        groups = set(ask.clients.groups_of(client_id))
        ask.clients.set_groups(client_id, sorted(groups - {group_id} if is_leaving else groups | {group_id}))
    return len(client_ids)


def ticked() -> list[str]:
    return request.form.getlist("ids")[:MOST]


def nothing_ticked() -> Invalid | None:
    """What a form without a tick is told."""
    return Invalid.field("ids", gettext("No ha marcado ningún cliente.")) if request.method == "POST" else None


def address(group_id: str) -> str:
    return f"/grupos/{group_id}/clientes"
