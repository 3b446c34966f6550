"""The same done to the clients that are chosen in the list, or to all that its filters find.

What has consequences is confirmed: a page says how many clients and what follows, and its form carries that number. Where the number is
another by then, as of all that match, it is asked again. What is refused is said at the list, where the choice still stands.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from gateway import session
from gateway.api.bulk import by_ids
from gateway.api.clients import exported
from gateway.web import clients, forms
from gateway.web.bulk_actions import ACTIONS, Action
from gateway.web.every import every
from gateway.web.lists import asked, here, parameters
from gateway.web.notices import then
from gateway.web.window import require, window
from services.contracts.errors import Invalid
from services.contracts.schemas import checked
from services.contracts.schemas.bulk import OF_MAILBOXES, BulkAction
from services.contracts.schemas.clients import ClientsExport


def register(pages: Blueprint) -> None:
    pages.add_url_rule(f"{clients.LIST}/acciones", view_func=bulk, methods=["POST"])


def bulk() -> Any:
    with session.services() as ask:
        if request.form.get("back"):
            return clients.shown(ask)
        try:
            return confirmed_or_done(ask)
        except forms.SHOWN_AGAIN as refusal:
            return clients.shown(ask, refusal, "bulk")


def confirmed_or_done(ask: Any) -> Response:
    action = ACTIONS.get(request.form.get("action", ""))
    if action is None:
        raise Invalid.field("action", gettext("Elija qué hacer con los clientes."))
    if action.needs:
        require(ask, action.needs)
    wanted = asked_for(action)
    checked(BulkAction, wanted)
    if action.follows and (action.asks_always or "filter" in wanted):
        count = size(ask, wanted)
        if count and request.form.get("confirmed", type=int) != count:
            return confirmation(ask, action, count)
    return done(ask, wanted)


def done(ask: Any, wanted: dict[str, Any]) -> Response:
    if wanted["action"] == "export":
        return exported(ask.clients.export_these(by_ids(ask, wanted)["ids"]))
    begun = ask.mailbox_sync.bulk(by_ids(ask, wanted)) if wanted["action"] in OF_MAILBOXES else ask.clients.bulk(wanted)
    return then(f"/trabajos/{begun['id']}")


def asked_for(action: Action) -> dict[str, Any]:
    """The body of POST /api/clients/bulk that the form says. Raises Invalid when nothing is chosen."""
    wanted, form = dict(action.body), request.form
    if action.is_of_groups:
        if not form.get("group_id"):
            raise Invalid.field("group_ids", gettext("Elija el grupo."))
        wanted["group_ids"] = [form["group_id"]]
    if form.get("all"):
        return wanted | {"filter": parameters(ClientsExport, asked(ClientsExport))}
    if not form.getlist("ids"):
        raise Invalid.field("ids", gettext("No ha elegido ningún cliente. Márquelos en el listado."))
    return wanted | {"ids": form.getlist("ids")}


def size(ask: Any, wanted: dict[str, Any]) -> int:
    """How many clients it would be done to."""
    if "ids" in wanted:
        return len(set(wanted["ids"]))
    return ask.clients.clients(wanted["filter"] | {"page_size": 1})["total"]


def confirmation(ask: Any, action: Action, count: int) -> Response:
    groups = every(ask.access.groups) if action.is_of_groups else []
    group = next((group["name"] for group in groups if group["id"] == request.form.get("group_id")), "")
    kept = [(name, value) for name, value in request.form.items(multi=True) if name in ("ids", "all", "action", "group_id")]
    address = here(f"{clients.LIST}/acciones")
    return window(ask, "clients/confirm.html", act=action, count=count, group=group, kept=kept, address=address)
