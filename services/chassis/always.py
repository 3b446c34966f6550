"""`@always`: work that a process does from its start to its stop, beside what it is asked and told.

The method is run in one worker of the container, given `stopping` (set when the process is to end), and is expected to return only then.
When it raises, it is logged and started again after a pause: whatever it had committed stands. It is not leased: every process does it, so
the method claims what it works on in the database.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import wraps
from typing import Any

import structlog
from eventlet.event import Event as Signal
from nameko.extensions import Entrypoint

from services.chassis.logs import what_failed

log = structlog.get_logger()
PAUSE_S = 1.0


class Always(Entrypoint):
    """Runs the decorated method for as long as its container runs."""

    def setup(self) -> None:
        self.stopping = threading.Event()

    def start(self) -> None:
        self.thread = self.container.spawn_managed_thread(self._run, identifier=f"always {self.method_name}")

    def stop(self) -> None:
        self.stopping.set()
        self.thread.wait()

    def _run(self) -> None:
        while not self.stopping.is_set():
            ended = Signal()
            self.container.spawn_worker(self, (self.stopping,), {}, handle_result=lambda *result, ended=ended: ended.send() or result[1:])
            ended.wait()
            self.stopping.wait(PAUSE_S)


def always(method: Callable) -> Callable:
    """Declare `def read_mailboxes(self, stopping)`."""

    @wraps(method)
    def run(self: Any, stopping: threading.Event) -> None:
        try:
            method(self, stopping)
        except Exception as error:
            log.error("work_interrupted", service=self.name, job=method.__name__, error=what_failed(error))

    return Always.decorator(run)
