"""Auditoría: the firm's trail, one entry of it with the proof that it is there, the latest signed checkpoint, and all of it as a file.

An entry's address is its number: numbers count from 1 without a gap, so the one of number n is the nth of the list in that order.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask import Blueprint, request
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web import acts, names
from gateway.web.lists import MADRID, asked, day
from gateway.web.window import window
from services.contracts.errors import Conflict, NotFound
from services.contracts.schemas.audit import EntriesPage
from services.contracts.schemas.paging import MOST_PAGES

Json = dict[str, Any]
TRAIL: Final = "/auditoria"


def register(pages: Blueprint) -> None:
    pages.add_url_rule(TRAIL, view_func=trail)
    pages.add_url_rule(f"{TRAIL}/<int:number>", view_func=entry)


def trail() -> Any:
    page = asked(EntriesPage)
    first, last = day_asked("desde"), day_asked("hasta")
    with session.services() as ask:
        found = ask.audit.entries(page | between(first, last))
        people = names.people(ask)
        listed: Json = {"found": found, "page": page, "first": first, "last": last, "people": people, "acts": acts}
        return window(ask, "audit/list.html", checkpoint=checkpoint(ask), applied=applied(page, people, first, last), **listed)


def entry(number: int) -> Any:
    with session.services() as ask:
        one, total = numbered(ask, number)
        shown: Json = {"entry": one, "total": total, "proof": proof(ask, one["id"]), "people": names.people(ask), "acts": acts}
        return window(ask, "audit/entry.html", **shown)


def numbered(ask: Any, number: int) -> tuple[Json, int]:
    """The entry of this number, and how many there are. Raises NotFound."""
    if not 1 <= number <= MOST_PAGES:
        raise NotFound()
    found = ask.audit.entries({"sort": "seq", "page": number, "page_size": 1})
    if not found["items"]:
        raise NotFound()
    return found["items"][0], found["total"]


def checkpoint(ask: Any) -> Json | None:
    """None while none has been signed yet."""
    try:
        return ask.audit.checkpoint()
    except Conflict:
        return None


def proof(ask: Any, entry_id: str) -> Json | None:
    """None while no signed checkpoint reaches as far as the entry."""
    try:
        return ask.audit.proof(entry_id)
    except Conflict:
        return None


def day_asked(name: str) -> date | None:
    """A day of the address; none when it is not written as one."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def between(first: date | None, last: date | None) -> Json:
    """Both days counted in, as the instants that the service takes; days are Madrid's."""
    bounds = {"from": first, "to": last + timedelta(days=1) if last and last < date.max else None}
    return {name: datetime.combine(on, time(), MADRID).isoformat() for name, on in bounds.items() if on}


def applied(page: Json, people: Json, first: date | None, last: date | None) -> list[tuple[str, Any]]:
    """The filters that are on, as (parameter, words)."""
    found = [("desde", _("Desde el %(day)s", day=day(first.isoformat())))] if first else []
    found += [("hasta", _("Hasta el %(day)s", day=day(last.isoformat())))] if last else []
    said = {
        "act": acts.words,
        "user_id": lambda value: people.get(value, {"name": value})["name"],
        "subject": lambda value: _("Sobre %(id)s", id=value),
    }
    return [*((name, words(page[name])) for name, words in said.items() if page.get(name)), *found]
