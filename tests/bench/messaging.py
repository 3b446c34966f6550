"""Effects a second from a unit of work to a row in another service's database, beside FastStream and Celery on the same broker.

Ours: giver and taker in a process each, rows and outbox in PostgreSQL, quorum queues, confirms, inbox; every event is in the taker's table
once. Theirs: the same quorum queue, persistent messages and confirms, and a counter: they write no database, so they promise less.
The median of three rounds, in which everybody takes turns, so that other work on the machine meets all alike.
"""

from __future__ import annotations

import shutil
import statistics
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from deploy.private_servers import PrivateServers, private_servers
from services.chassis.asking import Asking
from services.chassis.settings import Settings
from tests.bench import messaging_celery, messaging_faststream
from tests.chassis import ledger
from tests.faults.processes import supervised
from tests.worlds import deployed_settings, until

VAR = Path("var/bench/messaging")
IN_FIFTIES, SINGLES, THEIRS = 10_000, 1_500, 2_500
CALLERS, ROUNDS = 8, 3


def run() -> dict[str, Any]:
    folder = VAR.resolve()
    shutil.rmtree(folder, ignore_errors=True)  # Figures are of new servers, however many runs came before.
    folder.mkdir(parents=True)
    with private_servers(folder / "servers") as servers:
        rounds = [(*ours(servers, folder), *theirs(servers, folder)) for _ in range(ROUNDS)]
    fifties, singles, faststream, together, celery = (statistics.median(figures) for figures in zip(*rounds, strict=True))
    return {
        "units of 50 events, effects a second": round(fifties),
        f"units of 1 event ({CALLERS} callers), effects a second": round(singles),
        "FastStream, one publish after the other, messages a second": round(faststream),
        "FastStream, 50 publishes at once, messages a second": round(together),
        "Celery, one publish after the other, tasks a second": round(celery),
        "units of 50 : FastStream": round(fifties / faststream, 2),
        "units of 50 : FastStream, 50 at once": round(fifties / together, 2),
        "units of 1 : FastStream": round(singles / faststream, 2),
        "units of 50 : Celery": round(fifties / celery, 2),
    }


def ours(servers: PrivateServers, folder: Path) -> tuple[float, float]:
    settings = deployed_settings(folder, servers, log_level="WARNING")
    ledger.prepare(settings)
    with supervised(settings, folder) as processes:
        for service in ("giver", "taker"):
            processes.start("tests.chassis.ledger_process", service)
        for child in processes.children:
            child.wait_ready()
        give_rate(settings, 1_000, 50, 1)  # Connections, prepared statements and caches are made before the clock runs.
        return give_rate(settings, IN_FIFTIES, 50, 1), give_rate(settings, SINGLES, 1, CALLERS)


def theirs(servers: PrivateServers, folder: Path) -> tuple[float, float, float]:
    faststream, together = (messaging_faststream.rate(servers.amqp_url, THEIRS, at_once) for at_once in (1, 50))
    return faststream, together, messaging_celery.rate(servers.amqp_url, THEIRS, folder)


def give_rate(settings: Settings, events: int, size: int, at_once: int) -> float:
    before = effects(settings)
    names = [f"entry {number}" for number in range(events)]
    with ledger.asked(settings, "bench", timeout_s=300) as services:
        began = time.perf_counter()
        services.giver.give_in_units(names, size, at_once)
        until(lambda: effects(settings) == before + events)
        return events / (time.perf_counter() - began)


def effects(settings: Settings) -> int:
    store = ledger.store_of(settings, ledger.Taking)
    with store.begin(Asking(tenant_id="bench")) as db:
        count = db.scalar(select(func.count()).select_from(ledger.Taken))
    store.engine.dispose()
    return count or 0
