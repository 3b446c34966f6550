"""`casillero …`: what operators type. Each command imports what it needs only when it runs, because eventlet must patch first."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from deploy.cli_audit import audit
from deploy.cli_browser import browser
from deploy.cli_firms import tenant, user
from deploy.cli_options import FOLDER, in_data
from services.chassis.settings import CannotStart, Settings

PORT = 8080


# It says at each start that it is deprecated; docs/decisions/0004-dependencies.md says why it is here.
warnings.filterwarnings("ignore", message="(?s).*Eventlet is deprecated")


class PlainWords(click.Group):
    """What cannot start says why in one sentence, without a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except CannotStart as error:
            click.echo(error, err=True)
        except OSError as error:
            if error.filename is None:
                raise
            click.echo(f"No se puede usar {error.filename}: {error.strerror}. Revise los permisos, o elija otro sitio.", err=True)
        ctx.exit(2)


@click.group(cls=PlainWords, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Casillero: todos los buzones electrónicos de los clientes de un despacho en una sola bandeja."""


def patched() -> None:
    import eventlet

    eventlet.monkey_patch()


@main.command()
@click.option("--port", type=click.IntRange(0, 65535), default=None, help=f"Puerto de la web; sin él, {PORT} o uno libre.")
@click.option(
    "--data",
    type=FOLDER,
    default=Path("var/data"),
    show_default=True,
    help="Carpeta de todo lo que se escribe.",
)
@click.option("--demo", is_flag=True, help="Con un despacho inventado y organismos simulados.")
@click.option("--once", is_flag=True, help="Con --demo: termina tras mostrar la tabla; falla si falta o sobra algo.")
@click.option(
    "--ready-file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Fichero JSON que aparece cuando todo está en marcha.",
)
def run(port: int | None, data: Path, demo: bool, once: bool, ready_file: Path | None) -> None:
    """Arranca todo en un solo proceso, sin instalar nada más."""
    if not demo:
        Settings.from_env()  # A setting that is wrong is told before anything large is loaded.
    patched()
    from deploy import all_in_one
    from deploy.demo import run as demonstration

    if once and not demo:
        raise click.UsageError("--once solo tiene sentido con --demo.")
    start = all_in_one.Start(data=data, port=port, ready_file=ready_file)
    sys.exit(demonstration.run(start, once) if demo else all_in_one.run(start))


@main.command()
@click.argument("names", nargs=-1)
def service(names: tuple[str, ...]) -> None:
    """Arranca los servicios NAMES en este proceso; sin nombres, todos."""
    Settings.from_env()
    patched()
    from services.__main__ import main as run_services

    sys.exit(run_services(list(names)))


@main.command()
@click.option("--bind", default="127.0.0.1:8080", show_default=True, help="Dirección y puerto de la web.")
@click.option("--threads", default=64, show_default=True, help="Peticiones a la vez.")
def gateway(bind: str, threads: int) -> None:
    """Arranca la pasarela HTTP (gunicorn con hilos)."""
    from deploy import web_server

    web_server.serve(bind, threads)


@main.command()
def migrate() -> None:
    """Pone al día las tablas de todos los servicios."""
    from deploy import operations

    operations.migrate()


main.add_command(audit)
main.add_command(browser)
main.add_command(tenant)
main.add_command(user)


@main.group()
def keys() -> None:
    """Las claves de cifrado."""


@keys.command("new")
def new_keys() -> None:
    """Crea la clave maestra, la de sellado y la del rastro que falten; nunca toca las que ya existen."""
    from deploy import operations

    operations.new_keys()


@main.group()
def teu() -> None:
    """El tablón edictal único (docs/teu.md)."""


def switches(command: Callable) -> Callable:
    """The options that switching the reading on and off share."""
    command = in_data(command)
    return click.option("--reason", required=True, help="Por qué; todos los despachos lo ven en la cobertura del tablón.")(command)


@teu.command("on")
@switches
def teu_on(reason: str, data: Path | None) -> None:
    """Empieza a leer el tablón, para todos los despachos de esta instalación."""
    from deploy import operations

    operations.switch_teu(True, reason, data)


@teu.command("off")
@switches
def teu_off(reason: str, data: Path | None) -> None:
    """Deja de leer el tablón; lo encontrado queda."""
    from deploy import operations

    operations.switch_teu(False, reason, data)


@main.group()
def parked() -> None:
    """Los eventos que un servicio no pudo tratar."""


@parked.command("list")
@click.argument("service", required=False)
@in_data
def list_parked(service: str | None, data: Path | None) -> None:
    """Los eventos aparcados, de SERVICE o de todos."""
    from deploy import operations

    operations.list_parked(service, data)


@parked.command("show")
@click.argument("event_id")
@in_data
def show_parked(event_id: str, data: Path | None) -> None:
    """Uno, con su contenido."""
    from deploy import operations

    operations.show_parked(event_id, data)


@parked.command("retry")
@click.argument("event_id")
@in_data
def retry_parked(event_id: str, data: Path | None) -> None:
    """Lo intenta de nuevo dentro de unos segundos."""
    from deploy import operations

    operations.retry_parked(event_id, data)


@parked.command("discard")
@click.argument("event_id")
@click.option("--reason", required=True, help="Por qué se descarta; queda en el registro.")
@in_data
def discard_parked(event_id: str, reason: str, data: Path | None) -> None:
    """Lo descarta para siempre."""
    from deploy import operations

    operations.discard_parked(event_id, reason, data)


if __name__ == "__main__":
    main()
