"""`casillero audit …`: what operators type about the trail."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from deploy.cli_options import in_data


@click.group()
def audit() -> None:
    """El rastro (docs/audit.md)."""


@audit.command("export")
@click.argument("tenant_id")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@in_data
def export_audit(tenant_id: str, file: Path, data: Path | None) -> None:
    """Escribe en FILE todo el rastro del despacho TENANT_ID, firmado; queda anotado en él."""
    from deploy import trail

    trail.export(tenant_id, file, data)


@audit.command("verify", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def verify_audit(words: tuple[str, ...]) -> None:
    """Comprueba una exportación: EXPORT [--public-key CLAVE]… [--checkpoint FICHERO]…"""
    from deploy import audit_verifier

    sys.exit(audit_verifier.main(list(words)))


@audit.command("key")
@in_data
def audit_key(data: Path | None) -> None:
    """Las claves públicas con las que se comprueban las firmas del rastro."""
    from deploy import trail

    trail.show_keys(data)
