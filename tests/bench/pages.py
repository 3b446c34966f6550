"""The pages at 40,000 clients in the deployed world: how long the server takes for lists and searches, first paint and weight."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from itertools import cycle
from statistics import quantiles
from typing import Any
from urllib.parse import urlencode

from gateway.session import COOKIE
from tests.bench.clients import CLIENTS, QUERIES
from tests.bench.firm import deployed, manager_of, register_many, settled
from tests.bench.spending import load, spent
from tests.visitors import Person, wait_for
from tests.web.pages import browser_of

CALLS = 300
SEEN = ("/clientes", "/clientes?q=transp", "/notificaciones", "/buzones", "/grupos")


def run() -> dict[str, Any]:
    with deployed() as (site, postgres):
        manager, group_ids = manager_of(site.firm())
        register_many(site, manager, group_ids, CLIENTS)
        wait_for(manager, "/api/clients", lambda body: body["total"] == CLIENTS)
        settled(postgres)
        browser = browser_of(manager)
        first_client = manager.get("/api/clients", page_size=1).body["items"][0]["id"]
        queries = [urlencode(query) for query in QUERIES]
        bare = figures("the same over the API", browser, [f"/api/clients?{query}" for query in queries])
        lists = figures("list and search", browser, [f"/clientes?{query}" for query in queries])
        window = figures("client window", browser, [f"/clientes/{first_client}"])
        return lists | bare | window | seen(site.url, manager, [*SEEN, f"/clientes/{first_client}"])


def figures(what: str, browser: Person, addresses: list[str]) -> dict[str, Any]:
    """The clock's, and the processor time of all processes, which says the same when other work shares the machine."""
    for address in addresses:
        timed(browser, address)
    before = spent()
    times = [timed(browser, address) for address, _ in zip(cycle(addresses), range(CALLS), strict=False)]
    cuts = quantiles(times, n=100)
    parts = {part: round(seconds * 1000 / CALLS, 1) for part, seconds in (spent() - before).most_common()}
    measured = {"p50 ms": round(cuts[49], 1), "p95 ms": round(cuts[94], 1), "load average": load()}
    measured |= {"CPU ms": round(sum(parts.values()), 1), "CPU ms by process": ", ".join(f"{part} {ms}" for part, ms in parts.items())}
    return {f"{what}, {name}": figure for name, figure in measured.items()}


def timed(browser: Person, address: str) -> float:
    began = time.perf_counter()
    answer = browser.get(address)
    assert answer.status == 200, answer
    return (time.perf_counter() - began) * 1000


def seen(url: str, person: Person, paths: list[str]) -> dict[str, Any]:
    """In a real browser, by a process of its own."""
    command = [sys.executable, "-m", "tests.browser.painting", url, person.http.cookies[COOKIE], *paths]
    said = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return {f"{path.rsplit('-', 1)[0]} first visit, {what}": figure for path, painted in said.items() for what, figure in painted.items()}


if __name__ == "__main__":
    print(run())
