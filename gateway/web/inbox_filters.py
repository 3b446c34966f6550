"""What the inbox may be narrowed and ordered by, in words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from flask_babel import lazy_gettext as _

from gateway.web import names
from gateway.web.lists import MADRID, day

ORDERS: Final = {
    "": _("Plazo más próximo"),
    "-available_at": _("Más recientes"),
    "available_at": _("Más antiguas"),
    "process_by": _("Fecha máx. tramitación"),
}


def horizons() -> dict[str, Any]:
    """Days before which the last day to read may be asked to lie."""
    today = datetime.now(MADRID).date()
    ahead = {1: _("Hasta hoy"), 4: _("En 3 días"), 8: _("En una semana"), 31: _("En 30 días")}
    return {(today + timedelta(days=days)).isoformat(): words for days, words in ahead.items()}


def applied(page: dict[str, Any], called: dict[str, dict[str, Any]]) -> list[tuple[str, Any]]:
    """The filters that are on, as (parameter, words). `called`: the names of clients, people and groups."""
    said = {
        "q": lambda value: f"«{value}»",
        "client": lambda value: called["clients"].get(value, _("Un cliente")),
        "group": lambda value: called["groups"].get(value, _("Grupo")),
        "assignee": lambda value: _("Asignadas a %(name)s", name=called["people"].get(value, {"name": _("otra persona")})["name"]),
        "body": lambda value: names.several(names.BODIES, value),
        "kind": lambda value: names.several(names.KINDS, value),
        "body_state": lambda value: names.several(names.BODY_STATES, value),
        "read_by_before": lambda value: _("Vencen antes del %(day)s", day=day(value)),
    }
    return [(name, words(page[name])) for name, words in said.items() if page.get(name)]
