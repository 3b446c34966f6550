"""What every list of the pages shares: the filters that stand in its address, days in words, and addresses with one thing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_babel import format_decimal, gettext, ngettext
from marshmallow import Schema

from services.contracts.errors import Invalid
from services.contracts.schemas import checked

MADRID = ZoneInfo("Europe/Madrid")
URGENT_DAYS = 3


def register(app: Flask) -> None:
    app.jinja_env.globals["here"] = here
    app.jinja_env.filters |= {"day": day, "instant": instant, "days_left": days_left, "expires": expires, "number": format_decimal}


def here(path: str = "", /, **changes: Any) -> str:
    """This address with some of its parameters changed; None takes one away. `path`: of the list, where a form of it is shown again."""
    return address(path or request.path, **{**request.args.to_dict(), **changes})


def address(path: str, /, **wanted: Any) -> str:
    query = urlencode({name: value for name, value in wanted.items() if value not in (None, "")})
    return f"{path}?{query}" if query else path


def asked(schema: type[Schema], **given: str) -> dict[str, Any]:
    """The list that the address asks for. What it does not understand is left out: an old bookmark still shows its list."""
    wanted = {name: value for name, value in {**given, **request.args.to_dict()}.items() if value and name in schema().fields}
    try:
        return schema().dump(checked(schema, wanted))
    except Invalid as refusal:
        kept = {name: value for name, value in wanted.items() if name not in refusal.errors}
        return schema().dump(checked(schema, kept))


def paged(listed: Callable[[dict[str, Any]], dict[str, Any]], page: dict[str, Any], found: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the list answers; beyond its last page, the last one: what stood there may have left it meanwhile. `found`: asked already."""
    found = found or listed(page)
    if found["items"] or not found["total"]:
        return found
    return listed(page | {"page": -(-found["total"] // found["page_size"])})


def parameters(schema: type[Schema], wanted: dict[str, Any]) -> dict[str, str]:
    """What a list is asked for, as an address tells it: only what it would not do by itself."""
    by_itself = {name: field.load_default for name, field in schema().fields.items()}
    said = {name: value for name, value in wanted.items() if value not in (None, "") and value != by_itself.get(name)}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in said.items()}


def day(value: str | None) -> str:
    """`2026-10-09`, or an instant, as 09/10/2026, in Madrid: in every language, for so the sentences of the services write it."""
    if not value:
        return "—"
    on = date.fromisoformat(value) if len(value) == 10 else datetime.fromisoformat(value).astimezone(MADRID).date()
    return f"{on:%d/%m/%Y}"


def instant(value: str | None) -> str:
    return f"{datetime.fromisoformat(value).astimezone(MADRID):%d/%m/%Y %H:%M}" if value else "—"


def days_left(value: str | None) -> dict[str, str] | None:
    """How many days are left, in words and with how much it presses: late, urgent or calm."""
    if not value:
        return None
    left = (date.fromisoformat(value) - datetime.now(MADRID).date()).days
    return {"words": in_words(left), "pressure": "late" if left < 0 else "urgent" if left <= URGENT_DAYS else "calm"}


def in_words(left: int) -> str:
    near = {0: gettext("hoy"), 1: gettext("mañana"), -1: gettext("vencida ayer")}
    if left in near:
        return near[left]
    if left > 0:
        return ngettext("queda %(num)d día", "quedan %(num)d días", left)
    return ngettext("vencida hace %(num)d día", "vencida hace %(num)d días", -left)


def expires(instant: str) -> str:
    """When something stops being valid, in days of Madrid; of the day itself the hour decides."""
    until, now = datetime.fromisoformat(instant).astimezone(MADRID), datetime.now(MADRID)
    left = (until.date() - now.date()).days
    if left == 0:
        return gettext("Caduca hoy") if until > now else gettext("Caducó hoy")
    if left > 0:
        return ngettext("Caduca en %(num)d día", "Caduca en %(num)d días", left)
    return ngettext("Caducó hace %(num)d día", "Caducó hace %(num)d días", -left)
