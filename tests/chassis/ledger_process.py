"""`python -m tests.chassis.ledger_process giver taker`: those services of the ledger in a process of their own."""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402  (eventlet must patch before anything else is imported)

from services.chassis import logs  # noqa: E402
from services.chassis.running import end_when_told, running, supervise  # noqa: E402
from services.chassis.settings import Settings  # noqa: E402
from tests.chassis.ledger import Giver, Taker  # noqa: E402


def main(names: list[str]) -> int:
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    services = [service for service in (Giver, Taker) if service.name in names]
    with running(settings, services, [Giver, Taker]) as runner:
        end_when_told(runner, settings)
        print("ready", flush=True)
        return supervise(runner)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
