"""`python -m tests.faults.embedded_process TENANT NAME…`: both services of the ledger on the broker inside the process, and who asks them.

The same names are given with the same keys at every start, so that a killed start is made good by the next.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import signal  # noqa: E402  (eventlet must patch before anything else is imported)
import sys  # noqa: E402

from services.chassis import logs  # noqa: E402
from services.chassis.running import running, supervise  # noqa: E402
from services.chassis.settings import Settings  # noqa: E402
from tests.chassis.ledger import Giver, Taker  # noqa: E402
from tests.faults.asking import give_all  # noqa: E402


def main(tenant_id: str, *names: str) -> int:
    settings = Settings.from_env()
    logs.configure(settings.log_level)
    with running(settings, [Giver, Taker], [Giver, Taker]) as runner:
        signal.signal(signal.SIGTERM, lambda *_: eventlet.spawn(runner.stop))
        give_all(settings, tenant_id, list(names), size=5)
        print("ready", flush=True)
        return supervise(runner)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
