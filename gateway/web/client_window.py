"""The frame of one client's window: its head (name, states, warnings) and the four tabs, each an address of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from gateway.errors import refused
from gateway.web.clients import CERTIFICATES, TONES
from gateway.web.window import window
from services.contracts.errors import NotAllowed, NotFound, Refusal

TABS: dict[str, tuple[LazyString, str]] = {
    "record": (_("Datos del cliente"), ""),
    "notifications": (_("Notificaciones"), "/notificaciones"),
    "groups": (_("Grupos"), "/grupos"),
    "mailboxes": (_("Buzones electrónicos"), "/buzones"),
}


def client_window(ask: Any, tab: str, client: dict[str, Any] | None, refusal: Refusal | None = None, **values: Any) -> Response:
    """One tab of a client, or the empty window of a new one; after a refusal, with that."""
    frame: dict[str, Any] = {"client": client, "tab": tab, "tabs": TABS, "certificates": CERTIFICATES, "tones": TONES}
    response = window(ask, f"client/{tab}.html", refusal=refusal, **frame, **values)
    return refused(response, refusal) if refusal else response


def address_of(client_id: str, tab: str = "record") -> str:
    return f"/clientes/{client_id}{TABS[tab][1]}"


def names_of(ask: Any, user_ids: Iterable[str]) -> dict[str, str]:
    """The names of those people that whoever asks may know; one by one, so for a handful."""
    names = {}
    for user_id in sorted(set(user_ids)):
        try:
            names[user_id] = ask.access.user(user_id)["name"]
        except (NotAllowed, NotFound):
            # A colleague whom they may not look up stays without a name.
            continue
    return names
