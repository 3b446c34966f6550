"""What a person does with a notification inside the firm, from its pane: the state, the reminder, who works on it.

The form says from which version it was filled. Whoever comes second is told what stands there by now and has their own choice kept.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web import names
from gateway.web.inbox import INBOX, address_of, shown
from gateway.web.lists import day
from gateway.web.notices import Undo, then
from services.contracts.errors import Away, Invalid, NotAllowed, StaleVersion

Json = dict[str, Any]
CHANGEABLE: Final = ("processing_state", "process_by", "assignee_id")


def register(pages: Blueprint) -> None:
    pages.add_url_rule(f"{INBOX}/<notification_id>", view_func=process, methods=["POST"])


def process(notification_id: str) -> Any:
    with session.services() as ask:
        before = ask.notifications.notification(notification_id)
        changes = changes_of(before)
        require_processing(ask)
        try:
            now = ask.notifications.change(notification_id, changes) if len(changes) > 1 else before
        except (Invalid, StaleVersion, Away) as refusal:
            item = ask.notifications.notification(notification_id)
            return shown(ask, item, refusal, theirs(ask, item) if isinstance(refusal, StaleVersion) else None)
    return then(after(notification_id), gettext("Guardado."), as_it_was(before, now))


def as_it_was(before: Json, now: Json) -> Undo | None:
    fields = {name: before[name] or "" for name in CHANGEABLE if before[name] != now[name]}
    return Undo(f"{INBOX}/{before['id']}", {"version": str(now["version"]), **fields}) if fields else None


def require_processing(ask: Any) -> None:
    """Also of who sends what is so already, and would change nothing. Raises NotAllowed."""
    if "notifications.process" not in ask.access.me()["capabilities"]:
        raise NotAllowed(gettext("Su rol no le permite tramitar notificaciones. Pídaselo a quien administra los usuarios de su despacho."))


def changes_of(item: Json) -> Json:
    """What the form wants to be otherwise than it is now. When it was filled from an older version, the service refuses that."""
    typed = {name: request.form[name].strip() or None for name in CHANGEABLE if name in request.form}
    changes = {name: value for name, value in typed.items() if value != item[name]}
    return {"version": request.form.get("version", type=int), **changes}


def after(notification_id: str) -> str:
    """The next one when a button took this one out of its tray, the list from its beginning when there is none; or else this one again."""
    to = request.form.get("next", notification_id)
    return address_of(f"/{quote(to, safe='')}") if to else address_of(page=None)


def theirs(ask: Any, item: Json) -> list[tuple[Any, str]]:
    """(label, how it is now) of each field that stands otherwise in what was typed."""
    assignee = names.people(ask).get(item["assignee_id"], {"name": gettext("otra persona")})["name"]
    now = {
        "processing_state": (_("Estado de tramitación"), str(names.PROCESSING_STATES[item["processing_state"]])),
        "process_by": (_("Fecha máx. tramitación"), day(item["process_by"])),
        "assignee_id": (_("Asignada a"), assignee if item["assignee_id"] else gettext("nadie")),
    }
    return [now[name] for name in CHANGEABLE if name in changes_of(item)]
