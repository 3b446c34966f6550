"""Gateway and all services in one process: the broker inside it, SQLite below the data folder, nothing to install.

The first start makes the keys and a link for the first administrator. One process a data folder (a lock says so); several folders side by
side.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import eventlet
from eventlet import wsgi
from eventlet.event import Event as Signal

from deploy import operator_door
from gateway.app import create_app
from gateway.rpc import Pool
from services.catalogue import databases, service_classes
from services.chassis import logs
from services.chassis.asking import NOBODY
from services.chassis.migrations import migrate
from services.chassis.running import fail, interrupt_here, running
from services.chassis.sealing import make_key_file
from services.chassis.settings import SettingMissing, Settings

PORT = 8080
DOOR = "operator.sock"
LOG = "casillero.log"
URL = "url"


@dataclass(frozen=True)
class Start:
    """What the command line asked for."""

    data: Path
    port: int | None = None
    ready_file: Path | None = None


@dataclass(frozen=True)
class Running:
    """A running Casillero: `url` without a slash at the end."""

    pool: Pool
    settings: Settings
    url: str
    first_link: str | None


def run(start: Start) -> int:
    refuse_foreign(start.data)
    with started(start, Settings.from_env()) as here:
        if here.first_link:
            print(f"Primer acceso (enlace de un solo uso): {here.first_link}")
        print(f"Casillero está en {here.url} · Ctrl-C para terminar", flush=True)
        write_ready_file(start.ready_file, {"url": here.url})
        wait_for_ever()
    return 0


def refuse_foreign(folder: Path) -> None:
    """A folder with anything but a Casillero in it is never touched: a slip of the pen would scatter keys and databases there."""
    if folder.exists() and any(folder.iterdir()) and not any((folder / name).exists() for name in (LOG, URL, "access.db")):
        fail(f"En {folder} hay ficheros que no son de Casillero. Use otra carpeta con --data.")


@contextlib.contextmanager
def started(start: Start, settings: Settings) -> Iterator[Running]:
    """Everything up and answering over HTTP, until the block ends."""
    interrupt_here()
    settings = replace(settings, data_dir=start.data)
    # What a run writes holds tax ids and addresses: it is for its owner's eyes only.
    os.umask(0o077)
    start.data.mkdir(parents=True, exist_ok=True)
    with alone_in(start.data), contextlib.closing(listening(start.port)) as listener, world(settings) as pool:
        url = settings.public_url or f"http://127.0.0.1:{listener.getsockname()[1]}"
        (start.data / URL).write_text(url)
        # Each event of a live view leaves as it comes: by itself, eventlet keeps them back until there are 4 kB.
        server = eventlet.spawn(wsgi.server, listener, create_app(pool, settings.proxies), log_output=False, minimum_chunk_size=1)
        door = operator_door.open_door(start.data / DOOR, pool)
        try:
            yield Running(pool, settings, url, first_link(pool, url))
        finally:
            door.close()
            server.kill()


@contextlib.contextmanager
def world(settings: Settings) -> Iterator[Pool]:
    """Keys, tables, services, and the pool of proxies that asks them."""
    logs.configure(settings.log_level, to_file=str(settings.data_dir / LOG))
    make_keys(settings)
    migrate(settings, databases())
    everybody = service_classes()
    with running(settings, everybody, everybody):
        pool = Pool(settings)
        try:
            yield pool
        finally:
            pool.close()


def make_keys(settings: Settings) -> None:
    """On a first start only: a new key in the place of one that was lost would open nothing of what is there."""
    missing = [path for path in (settings.master_key_path, settings.sealing_key_path) if not path.exists()]
    if missing and any(settings.data_dir.glob("*.db")):
        raise SettingMissing(f"Falta {missing[0]}, con la que se guardaron los datos que hay aquí. Recupérela de su copia de seguridad.")
    for path in missing:
        make_key_file(path)
    if settings.master_key_path not in missing:
        return
    print(
        f"Se ha creado la clave maestra en {settings.master_key_path}. Guarde una copia fuera de esta máquina "
        f"(y de {settings.sealing_key_path} y {settings.trail_key_path}): sin ellas no se puede volver a abrir ningún certificado."
    )


def first_link(pool: Pool, url: str) -> str | None:
    """A one-time link for the first administrator while there is no firm yet."""
    with pool.services(NOBODY) as ask:
        if ask.access.tenants():
            return None
        return f"{url}/primer-acceso/{ask.sign_in.founding_code()}"


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            fail(f"Ya hay un Casillero en marcha con los datos de {folder}. Termínelo, o use otra carpeta con --data.")
        yield


def listening(port: int | None) -> socket.socket:
    """The wanted port, or without a wish the usual one, or else a free one."""
    for candidate in [port] if port is not None else [PORT, 0]:
        try:
            # Without this, eventlet shares the port with whoever listens there already, and each gets some of the requests.
            return eventlet.listen(("127.0.0.1", candidate), reuse_port=False)
        except OSError:
            continue
    fail(f"El puerto {port} está ocupado. Elija otro con --port (0: uno libre).")


def write_ready_file(path: Path | None, content: dict[str, Any]) -> None:
    """Appears whole or not at all."""
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    half.touch(0o600)
    half.write_text(json.dumps(content, ensure_ascii=False, indent=1))
    os.replace(half, path)


def wait_for_ever() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        Signal().wait()
