"""The process that keeps one session: `python -m services.browser.warden FD`, its only thread the parent of everything in it.

    setup (one line of JSON, then the key) → token → proxy → sandbox → "ready"
        → "host", "files", until the browser, the screen, the service or a limit ends it → everything ended, the folder gone → "ended"

It talks with the service over a socket pair: a line "close", or the end of the service, ends the session. So nothing outlives a service
that is killed; and what a terminal or an init says to all processes at once is for the service. When this process is killed, its children
die with it (`--die-with-parent`, `--pdeathsig`) and the service, or the next one, removes the folder, whose lock is free then.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from services.browser import census, folders, machine, sandbox, start_page
from services.browser.custody import Token
from services.browser.egress import Egress
from services.browser.machine import CannotStart, own_user
from services.browser.portals import reach_of
from services.chassis.public_addresses import Network

Json = dict[str, Any]
LOOK_EVERY_S: Final = 1.0
HOSTS_MOST: Final = 500
PR_SET_CHILD_SUBREAPER: Final = 36
NOT_FOR_US: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ENDS: Final = {10: "browser_closed", 11: "viewer_away"}


@dataclass
class Session:
    """What is running. `setup`: {folder, authorities, slot, browser, client, certificate, portals, elsewhere, networks, ca_file,
    viewer_away_s, idle_s, memory_mib, key_bytes, chain_pem}."""

    setup: Json
    service: socket.socket
    folder: sandbox.Folder = field(init=False)
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    because: str = ""

    def tell(self, what: str, **more: Any) -> None:
        """A service that is gone hears nothing, and need not."""
        try:
            self.service.sendall(json.dumps({"what": what} | more).encode() + b"\n")
        except OSError:
            self.because = self.because or "service_gone"

    def heard_of(self, host: str) -> None:
        """No use of the certificate is without a trace: a session that has more to tell than fits into one ends."""
        if host not in self.hosts:
            self.hosts.add(host)
            self.tell("host", host=host)
        if len(self.hosts) >= HOSTS_MOST:
            self.because = self.because or "too_many_hosts"

    async def run(self, key: bytearray) -> None:
        adopt_orphans()
        slot, reach = self.setup["slot"], reach_of(self.setup["portals"])
        self.folder = sandbox.Folder.make(Path(self.setup["folder"]), own_user(slot))
        self.lock()
        certificates = sandbox.certificates_for(Path(self.setup["authorities"]), self.setup["ca_file"])
        self.folder.write_etc(reach, self.setup["portals"], certificates)
        page = start_page.page(self.setup["client"], self.setup["certificate"], self.setup["portals"])
        networks: tuple[Network, ...] = tuple(machine.network(text) for text in self.setup["networks"])
        egress = Egress(reach, page, networks, self.setup["elsewhere"], self.heard_of)
        await egress.serve(str(self.folder.of("doors") / "egress.sock"))
        self.folder.open_door("egress.sock")
        self.open_token(key)
        inside = self.start_inside()
        self.tell("ready", screen=str(self.folder.of("run") / "rfb.sock"))
        await self.watch(inside)

    def lock(self) -> None:
        """Held until this process ends, however it ends."""
        self.held = os.open(self.folder.of("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.held, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def open_token(self, key: bytearray) -> None:
        token = Token(self.folder.of("token"), own_user(self.setup["slot"], custody=True))
        token.fill(key, self.setup["chain_pem"])
        door = self.folder.of("doors")
        if token.user is not None:
            os.chown(door, token.user, token.user)
        self.running.append(token.serve(door / "p11.sock"))
        os.chown(door, os.geteuid(), os.getegid())
        self.folder.open_door("p11.sock")

    def start_inside(self) -> subprocess.Popen[bytes]:
        times = {"VIEWER_AWAY_S": str(self.setup["viewer_away_s"]), "IDLE_S": str(self.setup["idle_s"])}
        words = sandbox.command(self.folder, self.setup["browser"], times)
        with self.folder.of("inside.log").open("wb") as log:
            inside = subprocess.Popen(words, env=machine.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.running.append(inside)
        machine.wait_for((self.folder.of("run") / "rfb.sock").exists, inside)
        return inside

    async def watch(self, inside: subprocess.Popen[bytes]) -> None:
        """Until something ends the session; `because` says what."""
        loop, files = asyncio.get_running_loop(), census.NO_FILES
        loop.add_reader(self.service, self.hear)
        next_look = time.monotonic()
        while not self.because:
            await asyncio.sleep(0.1)
            if (status := inside.poll()) is not None:
                self.because = self.because or ENDS.get(status, "sandbox_ended")
            elif time.monotonic() >= next_look:
                next_look = time.monotonic() + LOOK_EVERY_S
                self.because = self.because or census.beyond(inside.pid, self.folder, self.setup["memory_mib"])
                files = self.tell_files(files)

    def tell_files(self, before: list[Json]) -> list[Json]:
        now = census.files_in(self.folder.of("downloads"))
        if now != before:
            self.tell("files", downloads=now)
        return now

    def hear(self) -> None:
        """Whatever the service says is the end: "close" and why, or nothing any more."""
        try:
            said = self.service.recv(200)
        except OSError:
            said = b""
        self.because = self.because or said.decode(errors="replace").strip() or "service_gone"

    def end(self) -> None:
        for process in reversed(self.running):
            if process.poll() is None:
                process.kill()
            process.wait()
        end_orphans()
        folders.remove(Path(self.setup["folder"]))


def main(descriptor: int, kind: type[Session] = Session) -> NoReturn:
    """Ends this process. The loop is left as it stands: a tunnel that nobody reads, and a name that is still looked up, would keep it."""
    service = socket.socket(fileno=descriptor)
    for word in NOT_FOR_US:
        signal.signal(word, lambda *_: None)
    os.umask(0o022)
    setup, key = read_setup(service)
    session = kind(setup, service)
    fault = ""
    try:
        asyncio.new_event_loop().run_until_complete(session.run(key))
    except (CannotStart, OSError, subprocess.SubprocessError) as error:
        fault, session.because = f"{type(error).__name__}: {what(error)}", "could_not_start"
    finally:
        key[:] = bytes(len(key))
        session.end()
        session.tell("ended", because=session.because, fault=fault)
    os._exit(0)


def adopt_orphans() -> None:
    """Whoever loses its parent below us becomes our child (prctl(2), PR_SET_CHILD_SUBREAPER), so that it is found at the end."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def end_orphans() -> None:
    """What ends with its parent ends a moment after it; what forked has more children. Returns when nobody is left."""
    while orphans := census.descendants(os.getpid())[1:]:
        for pid in orphans:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.wait()


def what(error: Exception) -> str:
    """Without the arguments of a program that failed: there is a PIN among them."""
    return str(error.cmd[0]) if isinstance(error, subprocess.CalledProcessError) else str(error)


def read_setup(service: socket.socket) -> tuple[Json, bytearray]:
    line = bytearray()
    while not line.endswith(b"\n"):
        byte = service.recv(1)
        if not byte:
            raise SystemExit(0)
        line += byte
    setup = json.loads(line)
    key = bytearray(setup["key_bytes"])
    view = memoryview(key)
    while view:
        got = service.recv_into(view)
        if not got:
            raise SystemExit(0)
        view = view[got:]
    return setup, key


if __name__ == "__main__":
    main(int(sys.argv[1]))
