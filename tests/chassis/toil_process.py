"""`python -m tests.chassis.toil_process`: the service with jobs in a process of its own."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import signal  # noqa: E402  (eventlet must patch before anything else is imported)
import sys  # noqa: E402

from services.chassis import logs  # noqa: E402
from services.chassis.running import running, supervise  # noqa: E402
from services.chassis.settings import Settings  # noqa: E402
from tests.chassis.toil import Toiler  # noqa: E402


def main() -> int:
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    with running(settings, [Toiler], [Toiler]) as runner:
        signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn(runner.stop))
        print("ready", flush=True)
        return supervise(runner)


if __name__ == "__main__":
    sys.exit(main())
