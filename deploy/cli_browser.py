"""`casillero browser …`: what operators type about browsers with a client's certificate."""

from __future__ import annotations

import sys

import click


@click.group()
def browser() -> None:
    """Los navegadores con el certificado de un cliente (docs/browser.md)."""


@browser.command()
def check() -> None:
    """Dice qué falta en esta máquina para aislar un navegador, y cómo ponerlo."""
    from deploy import browser_machine

    sys.exit(browser_machine.check())


@browser.command()
def install() -> None:
    """Instala los paquetes de Debian (como administrador) y construye el módulo del testigo criptográfico."""
    from deploy import browser_machine

    browser_machine.install()
