"""Whether this machine can keep a browser apart, and what to do so that it can."""

from __future__ import annotations

import click

from deploy.debian_packages import BROWSER, ensure_packages
from services.browser import machine, own_firefox, shim
from services.chassis.running import fail

BROWSERS = ("chromium", "firefox")


def check() -> int:
    """One line a browser, and one for each thing that is missing; 1 when none can be used."""
    missing = {browser: machine.missing(browser) for browser in BROWSERS}
    missing["el Firefox de este equipo"] = own_firefox.missing()
    for browser, wrong in missing.items():
        click.echo(f"{browser}: {'se rechaza' if wrong else 'listo'}")
        for one in wrong:
            click.echo(f"  {one.what}. {one.cure}")
    return int(all(missing.values()))


def install() -> None:
    ensure_packages(*BROWSER)
    try:
        click.echo(f"Módulo del testigo criptográfico: {shim.build()}")
    except shim.CannotBuild as error:
        fail(f"No se pudo construir el módulo del testigo criptográfico: {error}")
