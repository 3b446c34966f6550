"""Operators' commands about the trail: all of a firm's as a file, and the public keys that it is signed with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click

from deploy.operations import call, settings_for
from services.chassis.running import fail
from services.chassis.settings import Settings
from services.contracts.errors import Refusal


def export(tenant_id: str, file: Path, data: Path | None) -> None:
    """The file appears whole or not at all, for its owner's eyes only."""
    half = file.with_name(f"{file.name}.part")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
            for line in lines(settings_for(data), tenant_id):
                written.write(f"{line}\n")
    except Refusal as refusal:
        half.unlink()
        fail(refusal.message)
    os.replace(half, file)
    click.echo(f"{file}: compruébelo con `casillero audit verify {file}`.")


def lines(settings: Settings, tenant_id: str) -> Iterator[str]:
    begun = call(settings, "audit", "export_of", tenant_id)
    yield begun["line"]
    after = 0
    while after < begun["size"]:
        page = call(settings, "audit", "exported_of", tenant_id, after, begun["size"])
        yield from page["lines"]
        after = page["after"]


def show_keys(data: Path | None) -> None:
    from services.audit.checkpoint import TrailKeys

    for key in TrailKeys.read(settings_for(data).trail_key_path).published():
        click.echo(f"{key['key_id']} {key['public_key']}")
