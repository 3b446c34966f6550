"""The product as its users meet it: real processes behind an address, in either world, beside a sandbox of the public bodies.

`embedded` is one `casillero run`; `deployed` is some processes with the services, two sync workers and the gateway on private RabbitMQ and
PostgreSQL.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy import operations
from deploy.sandbox.client import Sandbox
from services.catalogue import CLASSES
from services.chassis.settings import PREFIX, Settings
from tests import worlds
from tests.browser_service import offices
from tests.visitors import Person
from tests.worlds import START_PATIENCE_S, deployed_settings, numbers, until

LOOPBACK = "127.0.0.0/8"
# How services are shared out among processes: each has one, or some live together, because a process costs seconds to start and something
# to keep. Sync workers are always alone.
ONE_EACH = tuple((name,) for name in CLASSES if name != "sync_worker")
TOGETHER = (("access", "sign_in", "clients"), ("keyring", "audit"), ("mailbox_sync", "teu_watcher", "notifications"), ("browser",))
# For what is the same question many times over: `make test` asks it in one world, `make test-full` in the other.
WORLDS_OF_ONE_QUESTION = ("embedded", pytest.param("deployed", marks=pytest.mark.full))
# For what takes minutes: in the world that most firms live in.
DEPLOYED_IN_FULL = pytest.mark.parametrize("site", [pytest.param("deployed", marks=pytest.mark.full)], indirect=True)
CASILLERO = str(Path(sys.executable).with_name("casillero"))


class Process:
    """A child that is ended by its own id; its output goes to a file beside its data."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path):
        self.name, self.command, self.environment, self.log = name, command, environment, log
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(
                self.command, env=self.environment, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
            )

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()

    def stop(self) -> None:
        self.child.terminate()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()

    def said(self) -> str:
        return self.log.read_text(errors="replace")[-4000:]


@dataclass
class Site:
    kind: str
    url: str
    sandbox: Sandbox
    data: Path
    environment: dict[str, str]
    processes: dict[str, Process]

    def visitor(self) -> Person:
        return Person(self.url)

    def firm(self) -> Firm:
        return Firm(self)

    def ask(self, service: str, method: str, *args: Any) -> Any:
        """As an operator's command does, without starting one."""
        return operations.call(Settings.from_env(self.environment), service, method, *args)

    def command(self, *words: str) -> str:
        """What an operator's command prints."""
        done = subprocess.run(
            [CASILLERO, *words], env=self.environment, capture_output=True, text=True, timeout=START_PATIENCE_S, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def accept(self, code: str, password: str) -> None:
        answer = self.visitor().post("/api/invitations/accept", {"code": code, "password": password})
        assert answer.status == 204, answer


class Firm:
    """A firm of one test's own: made by an operator, entered by its administrator over the link."""

    def __init__(self, site: Site):
        self.site, self.number = site, next(numbers)
        self.name = f"despacho-{os.getpid()}-{self.number}"
        email = f"admin@{self.name}.example"
        made = site.ask("access", "create_tenant", self.name, email)
        self.admin = self.enter(site.ask("sign_in", "invite", made["tenant_id"], made["user_id"]), email)

    def enter(self, code: str, email: str) -> Person:
        password = secrets.token_urlsafe(12)
        self.site.accept(code, password)
        person = self.site.visitor()
        assert person.sign_in(email, password).status == 200
        person.email, person.password = email, password
        return person

    def user(self, role: str, group_ids: list[str] = ()) -> Person:
        """A new user with this role, signed in."""
        email = f"{role}{next(numbers)}@{self.name}.example"
        made = self.admin.post("/api/users", {"email": email, "name": role, "role": role, "group_ids": list(group_ids)})
        assert made.status == 201, made
        return self.enter(made.body["invitation"], email)

    def group(self, name: str, verbs: tuple[str, ...] = ("sync", "open"), bodies: tuple[str, ...] = ("dehu",)) -> str:
        grants = [{"body": body, "verbs": list(verbs)} for body in bodies]
        made = self.admin.post("/api/groups", {"name": name, "description": "", "grants": grants})
        assert made.status == 201, made
        return made.body["id"]


def environment_of(**settings: Any) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return kept | {PREFIX + name.upper(): str(value) for name, value in settings.items()}


def settings_of(sandbox: Sandbox) -> dict[str, Any]:
    trusted = {"trusted_networks": LOOPBACK, "trusted_ca_file": sandbox.ca_file}
    bodies = {"dehu_url": sandbox.url, "teu_url": sandbox.url, "bodies_ca_file": sandbox.ca_file}
    trusted |= {"browser_hosts": f"{offices.HOST}=127.0.0.1 {offices.OTHER}=127.0.0.1"}
    return trusted | bodies | {"teu_source": "on", "teu_requests_per_s": 0, "password_memory_kib": worlds.CHEAP_KIB}


@contextlib.contextmanager
def embedded(folder: Path, sandbox: Sandbox, **more: Any) -> Iterator[Site]:
    data, ready = folder / "data", folder / "ready.json"
    environment = environment_of(data_dir=data, **settings_of(sandbox), **more)
    command = [CASILLERO, "run", "--data", str(data), "--port", "0", "--ready-file", str(ready)]
    run = Process("run", command, environment, folder / "run.log")
    site = Site("embedded", "", sandbox, data, environment, {"run": run})
    try:
        site.url = until(lambda: listening_at(ready, run), "casillero run is ready", START_PATIENCE_S)
        yield site
    finally:
        run.stop()


def listening_at(ready: Path, run: Process) -> str | None:
    assert run.child.poll() is None, run.said()
    found = re.search(r'"url": "(\S+)"', ready.read_text()) if ready.exists() else None
    return found[1] if found else None


@contextlib.contextmanager
def deployed(
    folder: Path, sandbox: Sandbox, servers: Any, shared_out: tuple[tuple[str, ...], ...] = TOGETHER, workers: int = 2
) -> Iterator[Site]:
    """A process is called by its services, as `keyring audit`; a worker, `sync_worker 1`."""
    settings = deployed_settings(folder, servers)
    port = free_port()
    environment = environment_of(
        data_dir=folder,
        broker_url=settings.broker_url,
        database_url=settings.database_url,
        migrate_url=settings.migrate_url,
        **settings_of(sandbox),
    )
    site = Site("deployed", f"http://127.0.0.1:{port}", sandbox, folder, environment, {})
    site.command("keys", "new")
    site.command("migrate")
    try:
        wanted = {" ".join(names): names for names in shared_out}
        wanted |= {f"sync_worker {number}": ("sync_worker",) for number in range(1, workers + 1)}
        for key, names in wanted.items():
            site.processes[key] = Process(key, [CASILLERO, "service", *names], environment, folder / f"{key}.log")
        gateway = [CASILLERO, "gateway", "--bind", f"127.0.0.1:{port}"]
        site.processes["gateway"] = Process("gateway", gateway, environment, folder / "gateway.log")
        until(lambda: is_ready(site), "the gateway is ready", START_PATIENCE_S)
        yield site
    finally:
        for process in site.processes.values():
            process.child.terminate()
        for process in site.processes.values():
            process.stop()


def is_ready(site: Site) -> bool:
    died = [process for process in site.processes.values() if process.child.poll() is not None]
    assert not died, "\n".join(f"{process.name}: {process.said()}" for process in died)
    try:
        return site.visitor().get("/readyz").status == 200
    except requests.ConnectionError:
        return False


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
