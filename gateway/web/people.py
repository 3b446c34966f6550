"""Usuarios: the people of the firm; made, changed, disabled, never deleted. What is done to one's access is in `people_access`."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web import permissions
from gateway.web.every import every
from gateway.web.forms import SHOWN_AGAIN, page, texts, version
from gateway.web.lists import asked, paged
from gateway.web.notices import Undo, then
from gateway.web.roles import CAPABILITIES, name_of, names_of
from gateway.web.window import require, window
from services.contracts.errors import Refusal, StaleVersion
from services.contracts.schemas.people import UsersPage

STATES = {"true": _("En activo"), "false": _("Desactivados")}
EMPTY = {"id": "", "name": "", "email": "", "role": "reader", "group_ids": []}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/usuarios", view_func=users)
    pages.add_url_rule("/usuarios/nuevo", view_func=new_user, methods=["GET", "POST"])
    pages.add_url_rule("/usuarios/<user_id>", view_func=user, methods=["GET", "POST"])
    pages.add_url_rule("/usuarios/<user_id>/permisos", view_func=user_grants, methods=["POST"])


def users() -> Any:
    wanted = asked(UsersPage)
    with session.services() as ask:
        found = paged(ask.access.users, wanted)
        groups = {group["id"]: group["name"] for group in every(ask.access.groups)}
        roles = names_of(ask, {user["role"] for user in found["items"]} | {wanted.get("role", "")})
        applied = filters_on(wanted, groups)
        return window(ask, "people/list.html", found=found, page=wanted, groups=groups, roles=roles, states=STATES, applied=applied)


def filters_on(wanted: dict[str, Any], groups: dict[str, str]) -> list[tuple[str, Any]]:
    """The filters that are on, as (parameter, words)."""
    words = {"q": lambda value: f"«{value}»", "role": name_of, "is_active": lambda value: STATES.get(value, value)}
    words["group"] = lambda value: groups.get(value, gettext("Grupo"))
    return [(name, said(wanted[name])) for name, said in words.items() if wanted.get(name)]


def new_user() -> Any:
    with session.services() as ask:
        require(ask, "users.manage")
        if request.method == "GET":
            return new_form(ask, EMPTY)
        try:
            made = ask.access.create_user(typed())
        except SHOWN_AGAIN as refusal:
            return new_form(ask, typed(), refusal)
        return window(ask, "people/invited.html", 201, user=made, **invited(ask, made["id"]))


def invited(ask: Any, user_id: str) -> dict[str, Any]:
    """The link, shown this once, or else how far its letter is."""
    made = ask.sign_in.invite_user(user_id)
    return {"link": made["invitation"] and f"{session.origin()}/invitacion/{made['invitation']}", "mail": made["mail"]}


def new_form(ask: Any, given: dict[str, Any], refusal: Refusal | None = None) -> Any:
    return page(ask, "people/new.html", refusal, typed=given, roles=names_of(ask), groups=every(ask.access.groups))


def user(user_id: str) -> Any:
    with session.services() as ask:
        found = ask.access.user(user_id)
        if request.method == "GET":
            return shown(ask, found)
        try:
            ask.access.change_user(user_id, {**changes(ask), "version": version()})
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.user(user_id), typed(), refusal=refusal)
    return then(f"/usuarios/{user_id}", gettext("Guardado."))


def changes(ask: Any) -> dict[str, Any]:
    """What was typed. The boxes of the groups are not sent by who may not tick them, and then nothing is said of groups."""
    sent = typed()
    return sent if "groups.manage" in ask.access.me()["capabilities"] else {name: sent[name] for name in ("name", "email", "role")}


def user_grants(user_id: str) -> Any:
    wanted = permissions.ticked()
    with session.services() as ask:
        found = ask.access.user(user_id)
        try:
            before = permissions.held(found["grants"])
            now = permissions.give(ask, {"user_id": user_id}, before, wanted, version())
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.user(user_id), wanted=wanted, refusal=refusal)
    undo = Undo(f"/usuarios/{user_id}/permisos", permissions.as_form(before, now))
    return then(f"/usuarios/{user_id}", gettext("Permisos guardados."), undo)


def shown(ask: Any, user: dict[str, Any], given: dict[str, Any] | None = None, wanted: Any = None, refusal: Refusal | None = None) -> Any:
    """The page of a person: with what was typed and ticked, or else with what they have."""
    may, now = frozenset(ask.access.me()["capabilities"]), as_typed(user)
    about = access_of(ask, user) if "users.manage" in may else {"tokens": [], "invitation": None}
    return page(
        ask,
        "people/user.html",
        refusal,
        user=user,
        typed=given or now,
        words=CAPABILITIES,
        changed=differences(now, given) if isinstance(refusal, StaleVersion) else [],
        roles=names_of(ask, {user["role"]}),
        groups=every(ask.access.groups),
        permissions=permissions.table(permissions.held(user["grants"]) if wanted is None else wanted),
        **about,
    )


def access_of(ask: Any, user: dict[str, Any]) -> dict[str, Any]:
    return {"tokens": ask.sign_in.tokens_of(user["id"]), "invitation": ask.sign_in.invitation(user["id"])}


def as_typed(user: dict[str, Any]) -> dict[str, Any]:
    return {name: user[name] for name in ("name", "email", "role")} | {"group_ids": [group["id"] for group in user["groups"]]}


def differences(now: dict[str, Any], given: dict[str, Any] | None) -> list[tuple[Any, Any]]:
    """What stands there now and is not what was typed, as (label, now)."""
    labels = {"name": gettext("Nombre"), "email": gettext("Correo electrónico"), "role": gettext("Rol")}
    if not given:
        return []
    shown_now = {**now, "role": name_of(now["role"])}
    said: list[tuple[Any, Any]] = [(label, f"«{shown_now[name]}»") for name, label in labels.items() if given[name] != now[name]]
    if set(given["group_ids"]) != set(now["group_ids"]):
        said.append((gettext("Grupos"), gettext("son otros")))
    return said


def typed() -> dict[str, Any]:
    return {**texts("name", "email", "role"), "group_ids": request.form.getlist("group_ids")}
