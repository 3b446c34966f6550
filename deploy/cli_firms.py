"""`casillero tenant …` and `casillero user …`: firms and their people, as an operator handles them."""

from __future__ import annotations

from pathlib import Path

import click

from deploy.cli_options import a_firm, in_data


@click.group()
def tenant() -> None:
    """Los despachos."""


@tenant.command("create")
@click.argument("name")
@click.option("--admin", "email", required=True, help="Correo de quien administrará el despacho.")
@in_data
def create_tenant(name: str, email: str, data: Path | None) -> None:
    """Da de alta el despacho NAME e imprime un enlace de un solo uso para quien lo administra."""
    from deploy import operations

    operations.create_tenant(name, email, data)


@tenant.command("list")
@in_data
def list_tenants(data: Path | None) -> None:
    """Los despachos, con su número y si están suspendidos."""
    from deploy import tenants

    tenants.show_all(data)


@tenant.command("suspend")
@a_firm
@in_data
def suspend_tenant(who: str, data: Path | None) -> None:
    """Nadie del despacho entra y nada suyo se lee, hasta `resume`; no se pierde nada."""
    from deploy import tenants

    tenants.suspend(who, data)


@tenant.command("resume")
@a_firm
@in_data
def resume_tenant(who: str, data: Path | None) -> None:
    """Deja seguir a un despacho suspendido."""
    from deploy import tenants

    tenants.resume(who, data)


@tenant.command("export")
@a_firm
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@in_data
def export_tenant(who: str, file: Path, data: Path | None) -> None:
    """Escribe en FILE (ZIP) todo lo del despacho, para el propio despacho; las claves no."""
    from deploy import firms

    firms.export_tenant(who, file, data)


@tenant.command("erase")
@a_firm
@click.option("--confirm", "confirmation", default=None, help="El nombre del despacho; sin esta opción se pide.")
@in_data
def erase_tenant(who: str, confirmation: str | None, data: Path | None) -> None:
    """Destruye para siempre todo lo de un despacho suspendido; queda su registro de auditoría (docs/erasure.md)."""
    from deploy import firms

    firms.erase_tenant(who, confirmation, data)


@click.group()
def user() -> None:
    """Las personas de los despachos."""


@user.command("list")
@a_firm
@in_data
def list_users(who: str, data: Path | None) -> None:
    """Las personas de un despacho, con su rol."""
    from deploy import tenants

    tenants.show_users(who, data)


@user.command("disable")
@click.argument("email")
@in_data
def disable_user(email: str, data: Path | None) -> None:
    """Desactiva a una persona: sus sesiones y tokens terminan en el acto."""
    from deploy import tenants

    tenants.disable_user(email, data)


@user.command("invite")
@click.argument("email")
@in_data
def invite_user(email: str, data: Path | None) -> None:
    """Imprime un enlace de un solo uso con el que una persona que no puede entrar elige otra contraseña."""
    from deploy import tenants

    tenants.invite_user(email, data)
