"""The two worlds in which the same tests run: everything inside this process, or RabbitMQ and PostgreSQL.

A world is started once for the whole run; each test takes a firm (tenant) of its own from it, so that tests cannot meet.
"""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import eventlet
from nameko.standalone.rpc import ClusterRpcProxy

from services.catalogue import CLASSES, service_class
from services.chassis.broker import nameko_config
from services.chassis.migrations import migrate
from services.chassis.running import running
from services.chassis.sealing import make_key_file
from services.chassis.settings import Settings
from tests.pauses import pauses

PATIENCE_S = 60  # How long to look before it is called lost. Nothing is asserted about speed: another clone may run its tests beside.
START_PATIENCE_S = 180  # A dozen processes load their libraries at once: beside other runs that takes more than half a minute.
CHEAP_KIB = 1024  # For passwords of nobody, who signs in all the time.
numbers = itertools.count(1)


def until(claim: Callable[[], Any], what: str = "", patience_s: float = PATIENCE_S) -> Any:
    """The first true answer of `claim`; fails when the world does not get there."""
    for pause in pauses(patience_s):
        found = claim()
        if found:
            return found
        eventlet.sleep(pause)
    raise AssertionError(f"did not come true within {patience_s} s: {what or claim}")


class Firm:
    """A tenant of its own for one test; `admin` is its first user."""

    def __init__(self, world: World, name: str):
        self.world, self.name = world, name
        made = world.nobody.access.create_tenant(name, f"admin{next(numbers)}@{name}.example", "Administración")
        self.tenant_id, self.admin_id = made["tenant_id"], made["user_id"]
        self.admin = self.as_user(self.admin_id)

    def as_user(self, user_id: str, **context: str) -> Any:
        """A proxy of all services on behalf of a user of this firm."""
        return self.world.caller({"tenant_id": self.tenant_id, "user_id": user_id, **context})

    def user(self, role: str) -> str:
        """A new active user with a shipped role; returns its id."""
        number = next(numbers)
        return self.admin.access.create_user({"email": f"u{number}@{self.name}.example", "name": f"Persona {number}", "role": role})["id"]


class World:
    """All services, running; `runner` is Nameko's, `settings` what they were given."""

    def __init__(self, kind: str, settings: Settings, runner: Any):
        self.kind, self.settings, self.runner = kind, settings, runner
        self.proxies: list[ClusterRpcProxy] = []
        self.nobody = self.caller({})

    def caller(self, context: dict[str, str]) -> Any:
        proxy = ClusterRpcProxy(nameko_config(self.settings), context_data=context, timeout=PATIENCE_S)
        self.proxies.append(proxy)
        return proxy.start()

    def firm(self) -> Firm:
        return Firm(self, f"despacho{next(numbers)}")

    def store(self, service: str) -> Any:
        """The database of a service, to look at what was committed."""
        container = self.runner.service_map[service]
        return next(dependency.store for dependency in container.dependencies if hasattr(dependency, "store"))

    def close(self) -> None:
        for proxy in self.proxies:
            proxy.stop()


def classes() -> list[type]:
    return [
        service_class(name)
        for name, path in CLASSES.items()
        if importlib.util.find_spec(path.partition(":")[0].rpartition(".")[0]) and _exists(path)
    ]


def _exists(path: str) -> bool:
    return importlib.util.find_spec(path.partition(":")[0]) is not None


@contextlib.contextmanager
def started(kind: str, settings: Settings) -> Iterator[World]:
    make_key_file(settings.sealing_key_path)
    make_key_file(settings.master_key_path)
    make_key_file(settings.trail_key_path)
    everybody = classes()
    migrate(settings, sorted({service.name for service in everybody} - {"sync_worker"}))
    with running(settings, everybody, everybody) as runner:
        world = World(kind, settings, runner)
        try:
            yield world
        finally:
            world.close()


@contextlib.contextmanager
def embedded(folder: Path, **changes: Any) -> Iterator[World]:
    with started("embedded", Settings(data_dir=folder, **changes)) as world:
        yield world


@contextlib.contextmanager
def deployed(folder: Path, servers: Any, **changes: Any) -> Iterator[World]:
    with started("deployed", deployed_settings(folder, servers, **changes)) as world:
        yield world


def deployed_settings(folder: Path, servers: Any, database: str = "postgres", **changes: Any) -> Settings:
    """Settings for private servers; `database` keeps worlds apart that share one PostgreSQL."""
    address = servers.postgres_admin_url.rpartition("/")[0]
    host = address.partition("@")[2]
    return Settings(
        data_dir=folder,
        broker_url=servers.amqp_url,
        database_url=f"postgresql://casillero_{{service}}@{host}/{database}",
        migrate_url=f"{address}/{database}",
        **changes,
    )
