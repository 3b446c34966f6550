"""Auditoría: the firm's trail, one entry of it with the proof that it is there, the latest signed checkpoint, and all of it as a file.

An entry's address is its number: numbers count from 1 without a gap, so the one of number n is the nth of the list in that order. The trail
itself holds no name (docs/audit.md): those of clients and people whom the reader may see are put beside their ids here, as they are today.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from flask import Blueprint, request
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web import acts, names
from gateway.web.every import every
from gateway.web.lists import MADRID, asked, day, paged
from gateway.web.window import window
from services.contracts.errors import Conflict, NotFound
from services.contracts.schemas.audit import EntriesPage
from services.contracts.schemas.paging import MOST_PAGES

Json = dict[str, Any]
TRAIL: Final = "/auditoria"
MOST_CHOICES: Final = 20
AN_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def register(pages: Blueprint) -> None:
    pages.add_url_rule(TRAIL, view_func=trail)
    pages.add_url_rule(f"{TRAIL}/<int:number>", view_func=entry)


def trail() -> Any:
    page, words = asked(EntriesPage), request.args.get("q", "").strip()
    first, last = day_asked("desde"), day_asked("hasta")
    with session.services() as ask:
        people = names.people(ask)
        sought = about(ask, people, words) if words else {}
        if len(sought) == 1:
            page["subject"] = next(iter(sought))
        found = paged(ask.audit.entries, page | between(first, last))
        called = sought | names_in(ask, found["items"], people, page.get("subject"))
        listed: Json = {"found": found, "page": page, "first": first, "last": last, "people": people, "called": called, "acts": acts}
        chosen: Json = {"q": words, "choices": sought if words and len(sought) != 1 else None}
        chips = applied(page, people | {id: {"name": name} for id, name in called.items()}, first, last)
        return window(ask, "audit/list.html", checkpoint=checkpoint(ask), applied=chips, **listed, **chosen)


def entry(number: int) -> Any:
    with session.services() as ask:
        one, total = numbered(ask, number)
        people = names.people(ask)
        shown: Json = {"entry": one, "total": total, "proof": proof(ask, one["id"]), "people": people, "acts": acts}
        return window(ask, "audit/entry.html", called=names_in(ask, [one], people) | groups_in(ask, one), **shown)


def about(ask: Any, people: Json, words: str) -> dict[str, str]:
    """Whom the words may mean, by id: an id itself, or clients and people that are called so."""
    if AN_ID.fullmatch(words):
        return {words: words}
    clients = ask.clients.clients({"q": words, "page": 1, "page_size": MOST_CHOICES})["items"]
    named = {id: person["name"] for id, person in people.items() if words.casefold() in person["name"].casefold()}
    return {client["id"]: client["name"] for client in clients} | named


def names_in(ask: Any, entries: list[Json], people: Json, *also: str | None) -> dict[str, str]:
    """Of the clients and people that these entries are about; ids that the reader may not see, or that are gone, have none."""
    ids = {*also} | {id for entry in entries for id in (entry["subject"], entry["detail"].get("client_id"))}
    mine = {id: people[id]["name"] for id in ids if id in people}
    return ask.clients.names(sorted(id for id in ids - mine.keys() if isinstance(id, str))) | mine


def groups_in(ask: Any, one: Json) -> dict[str, str]:
    """Of the groups that are named in the entry; those that are gone have none."""
    detail = one["detail"]
    ids = {id for name in ("group_ids", "joined", "left") for id in detail.get(name, ())}
    return {group["id"]: group["name"] for group in every(ask.access.groups) if group["id"] in ids} if ids else {}


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
        "subject": lambda value: _("Sobre %(id)s", id=people.get(value, {"name": value})["name"]),
    }
    by = {"subject": "q"} if request.args.get("q") else {}
    return [*((by.get(name, name), words(page[name])) for name, words in said.items() if page.get(name)), *found]
