"""One, two and four sync workers read the same 2,000 mailboxes at a body that takes 200 ms to answer: how much faster more of them are.

Each worker has 8 checks in flight, so one could read 40 a second at best. Every mailbox must be read once a round: the sandbox counts.
A first round, which files the notices, is not counted. Everything is on one machine, so beside each rate stands what a check cost the
processors, and which part of it was whose.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from deploy.sandbox.people import Party
from tests.bench.firm import at_once, deployed, manager_of, register_many
from tests.bench.spending import load, spent
from tests.journeys.portfolio import PASSWORD, a_company
from tests.sites import CASILLERO, Process, Site
from tests.visitors import Person, wait_for

MAILBOXES = 2_000
LATENCY_S = 0.2
ROUNDS = (1, 2, 4)
START_S = 5
PATIENCE_S = 300


def run() -> dict[str, Any]:
    with deployed(workers=0) as (site, postgres):
        prepare(site, MAILBOXES)
        measure(site, postgres, ROUNDS[-1])
        site.sandbox.fault("slow", value=LATENCY_S)
        found: dict[str, Any] = {}
        first = 0.0
        for workers in ROUNDS:
            rate, cost = measure(site, postgres, workers)
            first = first or rate
            found |= described(f"{workers} worker(s)", rate, cost) | {f"{workers} worker(s), times one": round(rate / first, 2)}
    return found


def described(who: str, rate: float, cost: Counter[str]) -> dict[str, Any]:
    """`cost`: processor milliseconds a check, by part."""
    parts = ", ".join(f"{part} {ms:.1f}" for part, ms in cost.most_common() if ms >= 0.05)
    return {
        f"{who}, mailboxes/s": round(rate, 1),
        f"{who}, processor ms a check": round(cost.total(), 1),
        f"{who}, of which": parts,
        f"{who}, load average": load(),
    }


def prepare(site: Site, count: int, via: str = "firm_certificate") -> None:
    """A firm with so many clients, each with a mailbox of one page, read with the firm's certificate (Gran Destinatario) or their own."""
    firm = site.firm()
    manager, group_ids = manager_of(firm)
    made = register_many(site, manager, group_ids, count)
    tax_ids = [party.tax_id for _, party in made]
    site.sandbox.many(tax_ids, 1, seed=7)
    if via == "firm_certificate":
        own = a_company()
        upload(site, manager, "/api/certificates", own)
        site.sandbox.registration(own.tax_id, tax_ids)
    wait_for(manager, "/api/clients", lambda body: body["total"] == count)
    at_once([lambda client=client: add_mailbox(site, manager, client, via) for client in made])


def add_mailbox(site: Site, manager: Person, client: tuple[str, Party], via: str) -> None:
    """The client may not have been heard of yet by the service that keeps mailboxes: asked until it has."""
    client_id, party = client
    if via == "own_certificate":
        upload(site, manager, f"/api/clients/{client_id}/certificates", party)
    while (answer := manager.post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": via})).status == 404:
        time.sleep(0.05)
    assert answer.status == 201, answer


def upload(site: Site, manager: Person, path: str, party: Party) -> None:
    file = site.sandbox.certificate(party.tax_id, party.name, PASSWORD)
    while (answer := manager.upload(path, file, PASSWORD)).status == 404:
        time.sleep(0.05)
    assert answer.status == 201, answer


def measure(site: Site, postgres: Any, workers: int) -> tuple[float, Counter[str]]:
    """Mailboxes a second from the moment that all are due to the last complete check, and processor ms a check by part."""
    count = scalar(postgres, "select count(*) from mailbox_sync.due")
    execute(postgres, "update mailbox_sync.due set due_at = clock_timestamp() + interval '1 day'")
    with working(site, workers):
        asked_before, checks_before, spent_before = asked(site), complete_checks(postgres), spent()
        began = time.monotonic()
        execute(postgres, "update mailbox_sync.due set due_at = clock_timestamp(), lease_until = null")
        while (done := complete_checks(postgres) - checks_before) < count:
            time.sleep(0.1)
            assert time.monotonic() - began < PATIENCE_S, f"only {done} checks"
        seconds = time.monotonic() - began
        cost = spent() - spent_before
        read_once(asked(site) - asked_before, count)
    return count / seconds, Counter({part: 1000 * used / count for part, used in cost.items()})


@contextlib.contextmanager
def working(site: Site, workers: int) -> Iterator[None]:
    """So many worker processes, up and idle."""
    command = [CASILLERO, "service", "sync_worker"]
    processes = [Process(f"worker {n}", command, site.environment, site.data / f"worker-{workers}-{n}.log") for n in range(workers)]
    try:
        time.sleep(START_S)
        yield
    finally:
        for process in processes:
            process.stop()


def asked(site: Site) -> Counter[str]:
    return Counter({row["holder_tax_id"]: row["count"] for row in site.sandbox.requests(body="dehu", by="holder_tax_id")})


def read_once(times: Counter[str], count: int) -> None:
    assert len(times) == count, "a mailbox was missed"
    assert set(times.values()) == {1}, "a mailbox was read twice"


def complete_checks(postgres: Any) -> int:
    return scalar(postgres, "select count(*) from mailbox_sync.coverage")


def scalar(postgres: Any, statement: str) -> Any:
    with postgres.connect() as owner:
        return owner.scalar(text(statement))


def execute(postgres: Any, statement: str) -> None:
    with postgres.connect() as owner:
        owner.execute(text(statement))


if __name__ == "__main__":
    print(run())
