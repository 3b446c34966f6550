"""Grupos: who sees which clients, and what they may do at which bodies. Its people and clients: `group_people`, `group_clients`.

Trap: somebody else may have changed the group meanwhile. Then the form shows what was typed and says what stands there now; to save again
is to prefer what one typed.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask_babel import gettext

from gateway import session
from gateway.web import permissions
from gateway.web.forms import SHOWN_AGAIN, page, texts, version
from gateway.web.lists import asked, paged
from gateway.web.notices import Undo, then
from gateway.web.window import require, window
from services.contracts.errors import Refusal, StaleVersion
from services.contracts.schemas.people import GroupsPage

FIELDS = ("name", "description")
EMPTY = {"id": "", "name": "", "description": "", "grants": [], "version": 0}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/grupos", view_func=groups)
    pages.add_url_rule("/grupos/nuevo", view_func=new_group, methods=["GET", "POST"])
    pages.add_url_rule("/grupos/<group_id>", view_func=group, methods=["GET", "POST"])
    pages.add_url_rule("/grupos/<group_id>/permisos", view_func=group_grants, methods=["POST"])
    pages.add_url_rule("/grupos/<group_id>/borrar", view_func=delete_group, methods=["GET", "POST"])


def groups() -> Any:
    wanted = asked(GroupsPage)
    with session.services() as ask:
        found = paged(ask.access.groups, wanted)
        sizes = ask.clients.sizes_of_groups([group["id"] for group in found["items"]])
        return window(ask, "groups/list.html", found=found, page=wanted, sizes=sizes)


def size(ask: Any, group_id: str) -> int:
    """How many clients of it one sees."""
    return ask.clients.sizes_of_groups([group_id])[group_id]


def new_group() -> Any:
    with session.services() as ask:
        require(ask, "groups.manage")
        if request.method == "GET":
            return shown(ask, EMPTY, {})
        wanted = permissions.ticked()
        try:
            made = ask.access.create_group({**texts(*FIELDS), "grants": permissions.as_grants(wanted)})
        except SHOWN_AGAIN as refusal:
            return shown(ask, EMPTY, texts(*FIELDS), wanted, refusal)
    return then(f"/grupos/{made['id']}/personas", gettext("Grupo creado. Añada ahora sus personas y sus clientes."))


def group(group_id: str) -> Any:
    with session.services() as ask:
        found = ask.access.group(group_id)
        if request.method == "GET":
            return shown(ask, found, {})
        try:
            ask.access.change_group(group_id, {**texts(*FIELDS), "version": version()})
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.group(group_id), texts(*FIELDS), refusal=refusal)
    return then(f"/grupos/{group_id}", gettext("Guardado."))


def group_grants(group_id: str) -> Any:
    wanted = permissions.ticked()
    with session.services() as ask:
        found = ask.access.group(group_id)
        try:
            before = permissions.held(found["grants"])
            now = permissions.give(ask, {"group_id": group_id}, before, wanted, version())
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.group(group_id), {}, wanted, refusal)
    undo = Undo(f"/grupos/{group_id}/permisos", permissions.as_form(before, now))
    return then(f"/grupos/{group_id}", gettext("Permisos guardados."), undo)


def delete_group(group_id: str) -> Any:
    with session.services() as ask:
        found = ask.access.group(group_id)
        require(ask, "groups.manage")
        refusal = None
        if request.method == "POST":
            try:
                ask.access.delete_group(group_id, version())
                return then("/grupos", gettext("Grupo «%(name)s» borrado.", name=found["name"]))
            except SHOWN_AGAIN as refused:
                refusal = refused
        return page(ask, "groups/delete.html", refusal, group=found, size=size(ask, group_id))


def shown(ask: Any, group: dict[str, Any], typed: dict[str, str], wanted: Any = None, refusal: Refusal | None = None) -> Any:
    """The group's form: with what was typed and ticked, or else with what it has."""
    now = permissions.held(group["grants"])
    table = permissions.table(now if wanted is None else wanted)
    changed = differences(group, typed, now, wanted, table) if isinstance(refusal, StaleVersion) else []
    return page(ask, "groups/group.html", refusal, group=group, typed={**group, **typed}, permissions=table, changed=changed)


def differences(group: dict[str, Any], typed: dict[str, str], now: Any, wanted: Any, table: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What stands there now and is not what was typed or ticked, as (label, now)."""
    labels = {"name": gettext("Nombre"), "description": gettext("Descripción")}
    texts = [(labels[name], f"«{group[name]}»") for name in FIELDS if typed and typed[name] != group[name]]
    boxes = sorted(now ^ wanted) if wanted is not None else []
    words = {True: gettext("concedido"), False: gettext("no concedido")}
    return texts + [
        (f"{table['verbs'][verb]}: {table['bodies'][body]}", words[(body, verb) in now]) for body, verb in boxes if body in table["bodies"]
    ]
