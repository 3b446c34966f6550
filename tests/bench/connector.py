"""Mailbox checks a second of one worker process: our connector with its key in memory, beside an aiohttp client doing the same exchange.

Each check makes its own TLS connection with the client's certificate, signs a `Localiza`, and reads the answer. The clients and the sandbox
are processes of their own; the clients take turns, and each figure is the median of its turns. Beside them the whole check of one sync
worker on the deployed site: claim, ticket, trail, the same exchange, rows, events.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from deploy.sandbox.client import started_sandbox
from tests.bench import workers
from tests.bench.connector_setup import prepare
from tests.bench.firm import deployed
from tests.bench.spending import load

VAR = Path("var/bench")
OURS = "our connector"
CLIENTS = {
    OURS: ("connector_ours",),
    "aiohttp, answer verified": ("connector_aiohttp", "verified"),
    "aiohttp, answer not verified": ("connector_aiohttp", "unverified"),
}
TURNS = 5
LATENCY_S = 0.2
CHECKS, CHECKS_SLOW = 300, 100
WHOLE = 200


def run() -> dict[str, Any]:
    folder = VAR.resolve() / "connector"
    folder.mkdir(parents=True, exist_ok=True)
    with started_sandbox(VAR.resolve() / "sandbox") as sandbox:
        prepare(sandbox, folder)
        found = compared(folder, "at once", CHECKS)
        sandbox.fault("slow", value=LATENCY_S)
        found |= compared(folder, "after 200 ms", CHECKS_SLOW)
    return found | whole()


def compared(folder: Path, when: str, checks: int) -> dict[str, Any]:
    turns = [{name: measured(folder, words, checks) for name, words in CLIENTS.items()} for _ in range(TURNS)]
    rates = {name: median(turn[name]["rate"] for turn in turns) for name in CLIENTS}
    costs = {name: median(turn[name]["cpu_ms"] for turn in turns) for name in CLIENTS}
    found: dict[str, Any] = {}
    for name in CLIENTS:
        found[f"body answers {when}: {name}, checks/s"] = round(rates[name], 1)
        found[f"body answers {when}: {name}, processor ms a check"] = round(costs[name], 2)
    for name in list(CLIENTS)[1:]:
        found[f"body answers {when}: ours : {name}, by the clock"] = round(rates[OURS] / rates[name], 2)
        found[f"body answers {when}: ours : {name}, by processor time"] = round(costs[name] / costs[OURS], 2)
    return found | {f"body answers {when}: load average": load()}


def measured(folder: Path, words: tuple[str, ...], checks: int) -> dict[str, float]:
    module, *more = words
    command = [sys.executable, "-m", f"tests.bench.{module}", str(folder), str(checks), *more]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def whole() -> dict[str, Any]:
    """The first round files the notices and is not counted."""
    with deployed(workers=0) as (site, postgres):
        workers.prepare(site, WHOLE, "own_certificate")
        workers.measure(site, postgres, 1)
        found = workers.described("whole check, body answers at once, 1 worker", *workers.measure(site, postgres, 1))
        site.sandbox.fault("slow", value=LATENCY_S)
        return found | workers.described("whole check, body answers after 200 ms, 1 worker", *workers.measure(site, postgres, 1))


if __name__ == "__main__":
    print(run())
