"""A program that we start ourselves, on ports that we choose, and end by its process id.

Traps: a listening port inside the range that the kernel hands to outgoing connections can be taken while its server is down, even by
a client that keeps dialling it and so connects to itself; ports are therefore drawn below that range. A run that was killed leaves its
servers behind: each is started with a mark in its environment, so the next run on the same folder ends exactly those and nothing else.
Invariant: only a process that this folder started is ever signalled.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

MARK = "CASILLERO_PRIVATE_SERVER"
_PORT_TAKEN = ("eaddrinuse", "Address already in use", "dist_port_already_used", "already a epmd running")
_FIRST_PORT = 10_000
_RANGE_FILE = Path("/proc/sys/net/ipv4/ip_local_port_range")


class ServerFailed(RuntimeError):
    """A private server ended or stayed silent while it was started; the text carries the end of its log."""


class PortTaken(ServerFailed):
    """Somebody else bound the port between our looking and the server's binding; another try takes another port."""


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on, below the range of outgoing connections."""
    top = int(_RANGE_FILE.read_text().split()[0]) if _RANGE_FILE.exists() else 32_768
    while True:
        port = random.SystemRandom().randrange(_FIRST_PORT, max(top, _FIRST_PORT + 5_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


class OwnProcess:
    """One program of one folder: `NAME.log` holds what it printed, `NAME.pid` its process id while it runs."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self._log = folder / f"{name}.log"
        self._pid_file = folder / f"{name}.pid"
        self._mark = str(folder)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs, else None."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self, command: Sequence[str | Path], env: Mapping[str, str], user: str | None = None) -> None:
        """Start `command` in a session of its own, so that a Ctrl-C in the terminal reaches only us; as `user` when one is given."""
        self._log_start = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command],
                env={**env, MARK: self._mark},
                cwd="/",
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **as_user(user),
            )
        self._pid_file.write_text(str(self._process.pid))

    def said(self) -> str:
        """Return what it printed since its last start."""
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def wait_until(self, is_ready: Callable[[], bool], timeout_s: float = 120) -> None:
        """Return when `is_ready` holds; raise PortTaken or ServerFailed when the program ends or the time is over."""
        deadline = time.monotonic() + timeout_s
        while True:
            time.sleep(0.05)
            if self.pid is None:
                reason = PortTaken if any(words in self.said() for words in _PORT_TAKEN) else ServerFailed
                raise reason(f"{self.name} ended while starting:\n{self.said()[-2000:]}")
            if is_ready():
                return
            if time.monotonic() > deadline:
                raise ServerFailed(f"{self.name} was not ready after {timeout_s:.0f} s:\n{self.said()[-2000:]}")

    def stop(self, how: signal.Signals, patience_s: float = 30) -> None:
        """Signal it and wait for its end; kill it when it takes longer than `patience_s`. Nothing happens when it does not run."""
        if self._process is None:
            return
        if self.pid is not None:
            self._process.send_signal(how)
        try:
            self._process.wait(patience_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._pid_file.unlink(missing_ok=True)

    def end_orphan(self, how: signal.Signals, patience_s: float = 30) -> None:
        """End what a killed run of the same folder left behind, recognised by our mark in its environment."""
        if not self._pid_file.exists():
            return
        pid = int(self._pid_file.read_text() or 0)
        deadline = time.monotonic() + patience_s
        while self._is_ours(pid):
            os.kill(pid, how if time.monotonic() < deadline else signal.SIGKILL)
            time.sleep(0.2)
        self._pid_file.unlink(missing_ok=True)

    def _is_ours(self, pid: int) -> bool:
        try:
            return f"{MARK}={self._mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        except OSError:
            return False


def as_user(user: str | None) -> dict[str, Any]:
    """Return the arguments of subprocess that run a program as `user` and nothing more; the process id stays the program's own."""
    return {"user": user, "group": user, "extra_groups": []} if user else {}


def on_free_ports(start: Callable[[], None], attempts: int = 5) -> None:
    """Call `start`, which chooses its ports, again while somebody is faster in binding one of them."""
    for attempt in range(1, attempts + 1):
        try:
            return start()
        except PortTaken:
            if attempt == attempts:
                raise
