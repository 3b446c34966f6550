"""The sessions that this process keeps: each has a warden (`warden`), a process of its own, at the other end of a socket pair.

What a warden says is read by a green thread as it comes; what follows from it is written by `keep_sessions` of the service. When this
process ends, however it ends, the wardens see their sockets close and end everything.
Traps: a warden is started by the main thread, never in `tpool`: what dies with its parent dies with the thread that started it. And in a
session of its own: a terminal that is closed ends all of its own at once, and nobody would be left to remove the key.
"""

from __future__ import annotations

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import eventlet
import structlog
from nameko.extensions import DependencyProvider

from services.browser import machine, own_firefox
from services.chassis.boxes import WorkerKey, wipe
from services.chassis.settings import PREFIX, Settings
from services.contracts.errors import Away
from services.contracts.sentences import said

log = structlog.get_logger()
Json = dict[str, Any]
START_S: Final = 15
CLOSING_S: Final = 15.0
HOSTED: Final = "hosted"
WARDENS: Final = {HOSTED: "services.browser.warden", own_firefox.MODE: "services.browser.own_firefox"}
ROOT: Final = Path(__file__).parents[2]


@dataclass
class Kept:
    """Monotonic: `judged_at`, when the permission was last found good; `looked_at`, when the rows were last read."""

    session_id: str
    tenant_id: str
    user_id: str
    client_id: str
    process: subprocess.Popen[bytes]
    line: socket.socket
    group_ids: frozenset[str]
    screen: str = ""
    hosts: list[str] = field(default_factory=list)
    downloads: list[Json] | None = None
    because: str = ""
    closing_since: float | None = None
    has_ended: bool = False
    judged_at: float = field(default_factory=time.monotonic)
    looked_at: float = field(default_factory=time.monotonic)
    ready: threading.Event = field(default_factory=threading.Event)

    def listen(self, wake: threading.Event) -> None:
        """Until the warden hangs up, which it does when everything is gone."""
        with self.line.makefile("r", encoding="utf-8") as lines:
            try:
                for line in lines:
                    self.hear(json.loads(line))
                    wake.set()
            except (OSError, ValueError):
                log.warning("warden_lost", session=self.session_id)
        self.because = self.because or "service_gone"
        self.has_ended = True
        self.ready.set()
        wake.set()

    def hear(self, told: Json) -> None:
        if told["what"] == "ready":
            self.screen = told["screen"]
            self.ready.set()
        elif told["what"] == "host":
            self.hosts.append(told["host"])
        elif told["what"] == "files":
            self.downloads = told["downloads"]
        elif told["what"] == "ended":
            self.because = self.because or told["because"]
            if told["fault"]:
                log.error("browser_failed", session=self.session_id, because=told["because"], error=told["fault"])

    def close(self, because: str) -> None:
        self.because = self.because or because
        self.closing_since = self.closing_since or time.monotonic()
        try:
            self.line.sendall(because.encode())
        except OSError:
            return  # It is ending already.

    def insist(self) -> None:
        """A warden that was told to close and does not is killed: all that it started ends with it, and its folder is removed later."""
        if self.closing_since is not None and not self.has_ended and time.monotonic() - self.closing_since > CLOSING_S:
            self.process.kill()


class Desk(DependencyProvider):
    """What the green threads of this process share: its key, its folder, and the sessions it keeps."""

    def setup(self) -> None:
        self.settings: Settings = self.container.config["settings"]
        self.key = WorkerKey.new()
        self.host = socket.gethostname()[:100]
        self.root = root_of(self.settings)
        self.kept: dict[str, Kept] = {}
        self.starting: set[str] = set()
        self.bell = threading.Event()

    def get_dependency(self, worker_ctx: Any) -> Desk:
        return self

    def missing(self, browser: str) -> list[machine.Missing]:
        return machine.missing(browser)

    def mode(self) -> str:
        """Where a browser opens when nobody says which: on the person's own screen, if they sit at this machine and have one."""
        is_own = own_firefox.is_where_the_person_sits(self.settings) and not own_firefox.missing()
        return own_firefox.MODE if is_own else HOSTED

    def folder_of(self, session_id: str) -> Path:
        return self.root / session_id.replace("-", "")

    def launch(self, session: Any, slot: int, told: Json, key: bytearray) -> Kept:
        """A running session; the key is overwritten. Raises Away when it does not start.

        `told`: {client, group_ids, certificate, portals, chain_pem}.
        """
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", WARDENS[session.mode], str(theirs.fileno())]
        process = subprocess.Popen(
            command,
            pass_fds=(theirs.fileno(),),
            cwd=ROOT,
            env=environment_of(session.mode),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        theirs.close()
        who = (session.id, session.tenant_id, session.user_id, session.client_id)
        kept = Kept(*who, process, ours, frozenset(told.pop("group_ids")))
        self.kept[session.id] = kept
        eventlet.spawn(kept.listen, self.bell)
        try:
            ours.sendall(json.dumps(self._setup(session, slot) | told | {"key_bytes": len(key)}).encode() + b"\n")
            ours.sendall(key)
        finally:
            wipe(key)
        kept.ready.wait(START_S)
        if not kept.screen:
            kept.close("could_not_start")
            raise Away(
                said("El navegador no arranca en esta máquina. Avise a quien opera Casillero: `casillero browser check` dice qué falta.")
            )
        return kept

    def _setup(self, session: Any, slot: int) -> Json:
        asked = self.settings
        return {
            "folder": str(self.folder_of(session.id)),
            "authorities": str(asked.data_dir.absolute() / "browser-authorities"),
            "slot": slot,
            "browser": session.browser,
            "elsewhere": dict(pair.split("=", 1) for pair in asked.browser_hosts.split()),
            "networks": [str(network) for network in asked.networks_trusted],
            "ca_file": str(Path(asked.trusted_ca_file).absolute()) if asked.trusted_ca_file else "",
            "viewer_away_s": asked.browser_viewer_away_s,
            "idle_s": asked.browser_idle_s,
            "memory_mib": asked.browser_memory_mib,
        }

    def alive(self) -> set[str]:
        """The sessions that live here, or are about to."""
        return self.starting.union(self.kept)

    def close_all(self) -> None:
        for kept in self.kept.values():
            kept.close("service_gone")


def environment_of(mode: str) -> dict[str, str]:
    """A warden's: what a process was started with can be read by those it starts. The person's own Firefox needs their desktop's."""
    if mode == HOSTED:
        return machine.environment()
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def root_of(settings: Settings) -> Path:
    """One folder an installation, on memory-backed files: the services of one machine share it, and nobody else's is touched."""
    whose = f"{settings.data_dir.absolute()} {settings.database_url}"
    return machine.MEMORY / f"casillero-browser-{hashlib.sha256(whose.encode()).hexdigest()[:12]}"
