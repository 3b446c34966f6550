"""The same done to the clients that are chosen in the list, or to all that its filters find."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.api.bulk import by_ids
from gateway.web.notices import then
from services.contracts.errors import Invalid
from services.contracts.schemas import checked
from services.contracts.schemas.bulk import OF_MAILBOXES, BulkAction
from services.contracts.schemas.clients import ClientsExport

ACTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "sync": (_("Consultar sus buzones ahora"), {"action": "sync"}),
    "notifications_on": (_("Habilitar notificaciones electrónicas"), {"action": "set_flags", "receives_notifications": True}),
    "notifications_off": (_("Deshabilitar notificaciones electrónicas"), {"action": "set_flags", "receives_notifications": False}),
    "edicts_on": (_("Vigilar el tablón edictal"), {"action": "set_flags", "watch_edicts": True}),
    "edicts_off": (_("Dejar de vigilar el tablón edictal"), {"action": "set_flags", "watch_edicts": False}),
    "archive": (_("Archivar"), {"action": "archive"}),
    "add_to_groups": (_("Añadir al grupo elegido"), {"action": "add_to_groups"}),
    "remove_from_groups": (_("Quitar del grupo elegido"), {"action": "remove_from_groups"}),
}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/clientes/acciones", view_func=bulk, methods=["POST"])


def bulk() -> Any:
    with session.services() as ask:
        wanted = asked_for()
        checked(BulkAction, wanted)
        begun = ask.mailbox_sync.bulk(by_ids(ask, wanted)) if wanted["action"] in OF_MAILBOXES else ask.clients.bulk(wanted)
    return then(f"/trabajos/{begun['id']}")


def asked_for() -> dict[str, Any]:
    """The body of POST /api/clients/bulk that the form says. Raises Invalid when nothing is chosen."""
    form = request.form
    if form.get("action") not in ACTIONS:
        raise Invalid.field("action", gettext("Elija qué hacer con los clientes."))
    wanted = dict(ACTIONS[form["action"]][1])
    if wanted["action"].endswith("_groups"):
        wanted["group_ids"] = [form["group_id"]] if form.get("group_id") else []
    if form.get("all"):
        filters = {name: value for name, value in parse_qsl(form.get("query", "")) if name in ClientsExport().fields}
        return wanted | {"filter": filters}
    if not form.getlist("ids"):
        raise Invalid.field("ids", gettext("No ha elegido ningún cliente. Márquelos en el listado."))
    return wanted | {"ids": form.getlist("ids")}
