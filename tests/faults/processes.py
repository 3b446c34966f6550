"""Children that a test starts, kills and lets be started again, as a supervisor would; all are ended by their process id.

Each child writes `ready` on its standard output when it has started. Trap: under eventlet a wait for a child or its pipe would stop every
green thread, so what it says goes to files, and its end is looked for.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path

from services.chassis.settings import PREFIX, Settings
from tests.worlds import START_PATIENCE_S, until

PROJECT = Path(__file__).parents[2]


class Child:
    """`python -m MODULE ARGUMENTS`, whose death is noticed; with `again`, it is started once more each time."""

    def __init__(self, command: list[str], env: Mapping[str, str], log: Path, again: bool):
        self.command, self.env, self.log, self.again = command, dict(env), log, again
        self.said = log.with_suffix(".out")
        self.deaths: list[int] = []
        self.wanted = True
        self._start()
        self.keeper = threading.Thread(target=self._keep, daemon=True)
        self.keeper.start()

    def _start(self) -> None:
        with self.said.open("wb") as said, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                env=self.env,
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=log,
                start_new_session=True,
            )

    def _keep(self) -> None:
        """Waits for its end; then it is gone, or starts again without the order to crash."""
        while True:
            status = ended(self.process)
            self.deaths.append(status)
            if not (self.wanted and self.again):
                return
            self.env.pop(f"{PREFIX}CRASH_AT", None)
            self._start()
            if not self.wanted:
                self.kill()  # The end was asked for while it was being started, which lets others run.

    @property
    def is_ready(self) -> bool:
        return self.process.poll() is None and b"ready" in self.said.read_bytes()

    def wait_ready(self) -> None:
        until(lambda: self.is_ready, f"{self.command} is ready; see {self.log}", START_PATIENCE_S)

    def wait_died(self) -> int:
        """The status with which it ended for the first time; -9 for a kill."""
        until(lambda: self.deaths, f"{self.command} dies; see {self.log}")
        return self.deaths[0]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """By a kill: what is tested here bears that."""
        self.wanted = False
        self.kill()
        self.keeper.join()


def ended(process: subprocess.Popen) -> int:
    """The status of a process, once it has ended."""
    while process.poll() is None:
        time.sleep(0.02)
    return process.returncode


class Supervisor:
    """Starts children with the settings of one world."""

    def __init__(self, settings: Settings, folder: Path):
        self.settings, self.folder = settings, folder
        self.children: list[Child] = []

    def start(self, module: str, *arguments: str, again: bool = True, **extra: str) -> Child:
        """`extra` are settings, as CRASH_AT="after_commit"."""
        env = dict(os.environ) | environment(self.settings) | {PREFIX + name: value for name, value in extra.items()}
        log = self.folder / f"{module.rpartition('.')[2]}-{len(self.children)}.log"
        child = Child([module, *arguments], env, log, again)
        self.children.append(child)
        return child

    def end(self) -> None:
        for child in self.children:
            child.end()


def environment(settings: Settings) -> dict[str, str]:
    """The variables that make a child's settings these."""
    given = {field.name: getattr(settings, field.name) for field in fields(settings)}
    return {PREFIX + name.upper(): str(value) for name, value in given.items() if value is not None}


@contextlib.contextmanager
def supervised(settings: Settings, folder: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(settings, folder)
    try:
        yield supervisor
    finally:
        supervisor.end()
