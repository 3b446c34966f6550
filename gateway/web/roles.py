"""Roles: what somebody may do at all, in plain words. The four that ship are shown and copied; copies are changed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask import Blueprint, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from gateway import session
from gateway.web.forms import SHOWN_AGAIN, page, version
from gateway.web.notices import then
from gateway.web.window import window
from services.contracts.errors import Refusal, StaleVersion

Json = dict[str, Any]
SHIPPED: Final = {
    "administrator": _("Administración"),
    "manager": _("Gestión"),
    "operator": _("Operación"),
    "reader": _("Solo lectura"),
}
CAPABILITIES: Final = {
    "clients.all": _("Ver a todos los clientes, sin compartir grupo con ellos"),
    "clients.write": _("Dar de alta, cambiar y archivar clientes, con sus buzones y grupos"),
    "clients.import": _("Importar clientes desde un fichero"),
    "mailboxes.sync": _("Consultar buzones, donde un permiso lo conceda"),
    "notifications.process": _("Tramitar notificaciones: estado, asignación y comentarios"),
    "notifications.open": _("Abrir notificaciones (comparecer), donde un permiso lo conceda"),
    "certificates.manage": _("Subir y quitar certificados"),
    "certificates.use": _("Usar certificados en el navegador"),
    "groups.manage": _("Crear grupos y decidir quién está en ellos"),
    "grants.manage": _("Dar y quitar permisos sobre los buzones"),
    "users.manage": _("Administrar usuarios y roles"),
    "settings.manage": _("Cambiar los ajustes del despacho"),
    "audit.read": _("Leer la auditoría"),
}


def register(pages: Blueprint) -> None:
    pages.add_url_rule("/roles", view_func=roles)
    pages.add_url_rule("/roles/<role_id>", view_func=role, methods=["GET", "POST"])
    pages.add_url_rule("/roles/<role_id>/copiar", view_func=copy_role, methods=["POST"])
    pages.add_url_rule("/roles/<role_id>/borrar", view_func=delete_role, methods=["POST"])


def name_of(role: str) -> Any:
    return SHIPPED.get(role, role)


def names_of(ask: Any, known: Iterable[str] = ()) -> dict[str, Any]:
    """Role → its words. Who may not manage users is not told of all roles, but of those that are `known`."""
    may = ask.access.me()["capabilities"]
    names = [role["name"] for role in ask.access.roles()] if "users.manage" in may else sorted({*known} - {""})
    return {name: name_of(name) for name in sorted(names, key=shipped_first)}


def shipped_first(name: str) -> tuple[int, str]:
    order = list(SHIPPED)
    return (order.index(name) if name in SHIPPED else len(order), name)


def roles() -> Any:
    with session.services() as ask:
        found = sorted(ask.access.roles(), key=lambda role: shipped_first(role["name"]))
        return window(ask, "roles/list.html", found=found, words=CAPABILITIES, name_of=name_of)


def role(role_id: str) -> Any:
    with session.services() as ask:
        found = ask.access.role(role_id)
        if request.method == "GET":
            return shown(ask, found)
        try:
            ask.access.change_role(role_id, {**typed(), "version": version()})
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.role(role_id), typed(), refusal)
    return then(f"/roles/{role_id}", gettext("Guardado. Vale desde ahora para quien tiene este rol."))


def copy_role(role_id: str) -> Any:
    name = request.form.get("copy_name", "")
    with session.services() as ask:
        try:
            made = ask.access.create_role({"name": name, "copy_of": role_id})
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.role(role_id), None, refusal, copy=name)
    return then(f"/roles/{made['id']}", gettext("Copia creada. Cambie ahora lo que permite."))


def delete_role(role_id: str) -> Any:
    with session.services() as ask:
        try:
            ask.access.delete_role(role_id, version())
        except SHOWN_AGAIN as refusal:
            return shown(ask, ask.access.role(role_id), None, refusal)
    return then("/roles", gettext("Rol borrado."))


def shown(ask: Any, role: Json, given: Json | None = None, refusal: Refusal | None = None, copy: str | None = None) -> Any:
    """The role's form. `copy`: the name that was typed for a copy, whose faults stand beside that."""
    changed = differences(role, given) if given and isinstance(refusal, StaleVersion) else []
    values = {"role": role, "typed": given or role, "words": CAPABILITIES, "copy": copy, "title": name_of(role["name"])}
    return page(ask, "roles/role.html", refusal, changed=changed, **values)


def differences(role: dict[str, Any], given: dict[str, Any]) -> list[tuple[Any, Any]]:
    """What stands there now and is not what was typed or ticked, as (label, now)."""
    said = [(gettext("Nombre"), f"«{role['name']}»")] if role["name"] != given["name"] else []
    other = set(role["capabilities"]) ^ set(given["capabilities"])
    words = {True: gettext("permitido"), False: gettext("no permitido")}
    return said + [(words_of, words[name in role["capabilities"]]) for name, words_of in CAPABILITIES.items() if name in other]


def typed() -> dict[str, Any]:
    return {"name": request.form.get("name", ""), "capabilities": request.form.getlist("capabilities")}
