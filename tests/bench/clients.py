"""The client list at 40,000 clients, over HTTP, with everything between: gateway, broker, access, clients, PostgreSQL."""

from __future__ import annotations

import time
from itertools import cycle
from statistics import quantiles
from typing import Any

from tests.bench.firm import deployed, manager_of, register_many, settled
from tests.bench.spending import load
from tests.visitors import Person, wait_for

CLIENTS = 40_000
CALLS = 300
QUERIES = (
    {"page": 1},
    {"page": 400},
    {"q": "s"},
    {"q": "transp"},
    {"q": "koldo"},
    {"q": "bodegas aliso"},
    {"sort": "tax_id", "page": 37},
    {"sort": "nearest_read_by,name"},
    {"certificate": "none", "page": 12},
    {"flag": "watch_edicts", "sort": "-name"},
    {"warning": "any", "sort": "-created_at"},
)


def run() -> dict[str, Any]:
    with deployed() as (site, postgres):
        firm = site.firm()
        manager, group_ids = manager_of(firm)
        register_many(site, manager, group_ids, CLIENTS)
        operator = firm.user("operator", group_ids[:1])
        wait_for(manager, "/api/clients", lambda body: body["total"] == CLIENTS)
        settled(postgres)
        lists = figures("all clients", manager) | figures("a quarter of them, by group", operator)
        return lists | {"client list, export of all clients s": round(exported(manager), 1)}


def figures(who: str, person: Person) -> dict[str, Any]:
    times = sorted(timed(person, query) for query, _ in zip(cycle(QUERIES), range(CALLS), strict=False))
    cuts = quantiles(times, n=100)
    measured = {"p50 ms": round(cuts[49], 1), "p95 ms": round(cuts[94], 1), "load average": load()}
    return {f"client list, {who}: {what}": figure for what, figure in measured.items()}


def timed(person: Person, query: dict[str, Any]) -> float:
    began = time.perf_counter()
    answer = person.get("/api/clients", **query)
    assert answer.status == 200, answer
    return (time.perf_counter() - began) * 1000


def exported(person: Person) -> float:
    """Seconds."""
    began = time.perf_counter()
    answer = person.get("/api/clients/export.csv")
    assert answer.body.count("\r\n") == CLIENTS + 1, answer.status
    return time.perf_counter() - began


if __name__ == "__main__":
    print(run())
