"""The people of a group: added one after the other by searching, and taken out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web.lists import asked, paged
from gateway.web.notices import Undo, then
from gateway.web.window import window
from services.contracts.schemas.people import UsersPage

OFFERED = 20
SEE_PEOPLE = frozenset({"users.manage", "groups.manage", "grants.manage"})


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/grupos/<group_id>/personas", view_func=people_of_group)
    pages.add_url_rule("/grupos/<group_id>/personas/anadir", view_func=add_person, methods=["POST"])
    pages.add_url_rule("/grupos/<group_id>/personas/quitar", view_func=remove_person, methods=["POST"])


def people_of_group(group_id: str) -> Any:
    wanted = asked(UsersPage)
    with session.services() as ask:
        group = ask.access.group(group_id)
        sees = not SEE_PEOPLE.isdisjoint(ask.access.me()["capabilities"])
        members = paged(ask.access.users, {"group": group_id, "page": wanted["page"]}) if sees else None
        offered = ask.access.users({"q": wanted.get("q", ""), "is_active": "true", "page_size": OFFERED}) if sees else None
        return window(ask, "groups/people.html", group=group, members=members, offered=offered, page=wanted)


def add_person(group_id: str) -> Any:
    return change(group_id, gettext("Añadida al grupo."), lambda members, user_id: members | {user_id})


def remove_person(group_id: str) -> Any:
    undo = Undo(f"/grupos/{group_id}/personas/anadir", {"user_id": request.form.get("user_id", "")})
    return change(group_id, gettext("Ya no está en el grupo."), lambda members, user_id: members - {user_id}, undo)


def change(group_id: str, sentence: str, moved: Any, undo: Undo | None = None) -> Any:
    user_id, back = request.form.get("user_id", ""), f"/grupos/{group_id}/personas"
    with session.services() as ask:
        group = ask.access.group(group_id)
        members = moved(set(group["member_ids"]), user_id)
        if members != set(group["member_ids"]):
            ask.access.change_group(group_id, {"version": group["version"], "member_ids": sorted(members)})
    return then(back, sentence, undo)
