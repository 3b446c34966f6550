"""Starts and stops services in this process; the caller has monkey-patched eventlet before its first import."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import eventlet
import structlog
from eventlet import getcurrent, hubs
from nameko.runners import ServiceRunner

from services.chassis import embedded  # noqa: F401  (registers the broker inside the process)
from services.chassis.broker import declare, nameko_config
from services.chassis.garbage import spare_what_is_loaded
from services.chassis.logs import what_failed
from services.chassis.sealing import make_key_file
from services.chassis.settings import SettingMissing, Settings

log = structlog.get_logger()


@contextlib.contextmanager
def running(settings: Settings, services: list[Any], everybody: list[Any]) -> Iterator[ServiceRunner]:
    """The services, started; `everybody` is every service there is, whose queues exist before anything is published."""
    require_database(settings)
    require_sealing_key(settings)
    declare(settings, everybody)
    runner = ServiceRunner(nameko_config(settings))
    for service in services:
        runner.add_service(service)
    runner.start()
    spare_what_is_loaded()
    log.info("started", services=[service.name for service in services])
    try:
        yield runner
    finally:
        runner.stop()


def require_database(settings: Settings) -> None:
    """SQLite's files are one process's; with RabbitMQ there are several."""
    if not settings.is_embedded and not settings.database_url:
        raise SettingMissing("CASILLERO_DATABASE_URL: con RabbitMQ hace falta PostgreSQL; ponga su dirección, con {service} en el usuario.")


def require_sealing_key(settings: Settings) -> None:
    """Embedded, a first start makes the key; deployed, all services must be given the same one."""
    if settings.is_embedded:
        make_key_file(settings.sealing_key_path)
    elif not settings.sealing_key_path.exists():
        raise SettingMissing(
            f"CASILLERO_SEALING_KEY_FILE: no existe {settings.sealing_key_path}. "
            "`casillero keys new` la crea; todos los servicios usan la misma."
        )


def interrupt_here() -> None:
    """From now on Ctrl-C is raised where this is called, once that waits.

    Trap: Python raises it in whatever happens to run, which may be a service's handler: that would be ended, and the process go on.
    """
    here = getcurrent()

    def interrupted(*_: Any) -> None:
        if getcurrent() is here:
            raise KeyboardInterrupt
        hubs.get_hub().schedule_call_global(0, here.throw, KeyboardInterrupt)

    on_interrupt(interrupted)


def on_interrupt(handler: Callable[..., None]) -> None:
    """What a shell runs in the background ignores Ctrl-C, and goes on doing so."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, handler)


def end_when_told(runner: ServiceRunner, settings: Settings) -> None:
    """SIGTERM or Ctrl-C ends this process: in order, or as it stands when the grace time is over.

    Trap: before it stops, Nameko waits for a broker that is away, for ever. What is cut off is as after a crash: what was committed leaves
    from the outbox of the next process, what was not acknowledged is delivered again, and leases run out.
    """

    def told(*_: Any) -> None:
        signal.alarm(settings.grace_s)
        eventlet.spawn(runner.stop)

    signal.signal(signal.SIGALRM, cut_off)
    signal.signal(signal.SIGTERM, told)
    on_interrupt(told)


def cut_off(*_: Any) -> NoReturn:
    log.warning("cut_off", why="the grace time is over (CASILLERO_GRACE_S)")
    os._exit(1)


def supervise(runner: ServiceRunner) -> int:
    """Wait for the services; a container that died ends the process with status 1, so that a supervisor starts it again."""
    try:
        runner.wait()
    except Exception as error:
        log.error("service_died", error=what_failed(error))
        return 1
    return 0


def fail(message: str) -> NoReturn:
    """End a command with one plain sentence instead of a stack trace."""
    print(message, file=sys.stderr)
    raise SystemExit(2)
