"""Stopping a firm and letting it go on, and what an operator may do for its people. All of it is in the firm's trail, as nobody's act."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from deploy.firms import found
from deploy.operations import address, call, settings_for
from services.chassis.running import fail
from services.chassis.settings import Settings
from services.contracts.errors import Refusal

Json = dict[str, Any]


def show_all(data: Path | None) -> None:
    firms = call(settings_for(data), "access", "tenants")
    for firm in sorted(firms, key=lambda firm: firm["name"].casefold()):
        click.echo(f"{firm['id']}  {firm['name']}{'  (suspendido)' if firm['suspended_at'] else ''}")
    click.echo(f"{len(firms)} despachos." if firms else "No hay despachos. `casillero tenant create` da de alta uno.")


def suspend(who: str, data: Path | None) -> None:
    settings = settings_for(data)
    firm = found(settings, who)
    try:
        call(settings, "access", "suspend_tenant", firm["id"])
    except Refusal as refusal:
        fail(refusal.message)
    click.echo(f"«{firm['name']}» está suspendido: nadie suyo entra y sus buzones no se leen.")
    click.echo(f"No se pierde nada, pero los plazos legales siguen corriendo. Para seguir: casillero tenant resume {firm['id']}")


def resume(who: str, data: Path | None) -> None:
    settings = settings_for(data)
    firm = found(settings, who)
    try:
        call(settings, "access", "resume_tenant", firm["id"])
    except Refusal as refusal:
        fail(refusal.message)
    click.echo(f"«{firm['name']}» sigue: sus buzones se leen de nuevo, primero los que más esperan.")


def show_users(who: str, data: Path | None) -> None:
    settings = settings_for(data)
    for user in call(settings, "access", "users_of", found(settings, who)["id"]):
        click.echo(f"{user['email']}  {user['name']}  {user['role']}{'' if user['is_active'] else '  (desactivado)'}")


def disable_user(email: str, data: Path | None) -> None:
    settings = settings_for(data)
    person = person_of(settings, email)
    try:
        call(settings, "access", "disable_user", person["tenant_id"], person["user_id"])
    except Refusal as refusal:
        fail(refusal.message)
    click.echo(f"{email} ya no entra; sus sesiones y tokens han terminado.")


def invite_user(email: str, data: Path | None) -> None:
    """In the trail before the code exists."""
    settings = settings_for(data)
    person = person_of(settings, email)
    if not person["is_active"]:
        fail(f"{email} está desactivado: lo activa de nuevo quien administra los usuarios de su despacho.")
    entry = {"tenant_id": person["tenant_id"], "act": "invite_user", "subject": person["user_id"], "detail": {"by": "operator"}}
    call(settings, "audit", "record", [entry])
    code = call(settings, "sign_in", "invite", person["tenant_id"], person["user_id"])
    click.echo(f"Enlace de un solo uso para {email}, válido 7 días; déselo por un medio seguro:")
    click.echo(f"{address(settings)}/invitacion/{code}")
    if person["is_suspended"]:
        click.echo("Su despacho está suspendido: no entrará hasta `casillero tenant resume`.")


def person_of(settings: Settings, email: str) -> Json:
    """{tenant_id, user_id, is_active, is_suspended}; ends the command when nobody has this email."""
    person = call(settings, "access", "person", email)
    if person is None:
        fail(f"Nadie entra con {email}. `casillero user list` muestra a las personas de un despacho.")
    return person
