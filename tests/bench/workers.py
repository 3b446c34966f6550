"""One, two and four sync workers read the same 2,000 mailboxes at a body that takes 200 ms to answer: how much faster more of them are.

Each worker has 8 checks in flight, so one could read 40 a second at best. Every mailbox must be read once a round: the sandbox counts.
"""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

from sqlalchemy import text

from tests import sites
from tests.bench.firm import at_once, deployed, manager_of, register_many
from tests.journeys.portfolio import PASSWORD, a_company
from tests.sites import CASILLERO, Process, Site

MAILBOXES = 2_000
LATENCY_S = 0.2
ROUNDS = (1, 2, 4)


def run() -> dict[str, Any]:
    with deployed(workers=0) as (site, postgres):
        prepare(site)
        site.sandbox.fault("slow", value=LATENCY_S)
        rates = {workers: measure(site, postgres, workers) for workers in ROUNDS}
    base = rates[ROUNDS[0]]
    return {f"{workers} worker(s), mailboxes/s": round(rate, 1) for workers, rate in rates.items()} | {
        f"{workers} workers, times one": round(rates[workers] / base, 2) for workers in ROUNDS[1:]
    }


def prepare(site: Site) -> None:
    """A firm whose own certificate (Gran Destinatario) reads all its clients' mailboxes, each with one page."""
    firm = site.firm()
    manager, group_ids = manager_of(firm)
    own = a_company()
    file = site.sandbox.certificate(own.tax_id, own.name, PASSWORD)
    assert manager.upload("/api/certificates", file, PASSWORD).status == 201
    made = register_many(site, manager, group_ids, MAILBOXES)
    site.sandbox.registration(own.tax_id, [party.tax_id for _, party in made])
    site.sandbox.many([party.tax_id for _, party in made], 1, seed=7)
    sites.wait_for(manager, "/api/clients", lambda body: body["total"] == MAILBOXES)
    at_once([lambda client_id=client_id: add_mailbox(manager, client_id) for client_id, _ in made])


def add_mailbox(manager: sites.Person, client_id: str) -> None:
    """The client may not have been heard of yet by the service that keeps mailboxes: asked until it has."""
    while (answer := manager.post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": "firm_certificate"})).status == 404:
        time.sleep(0.05)
    assert answer.status == 201, answer


def measure(site: Site, postgres: Any, workers: int) -> float:
    """Mailboxes a second from the moment that all are due to the last complete check."""
    due_never(postgres)
    processes = [
        Process(f"w{n}", [CASILLERO, "service", "sync_worker"], site.environment, site.data / f"w{workers}-{n}.log") for n in range(workers)
    ]
    try:
        time.sleep(5)
        before, checks_before = asked(site), complete_checks(postgres)
        began = time.monotonic()
        due_now(postgres)
        while complete_checks(postgres) - checks_before < MAILBOXES:
            time.sleep(0.1)
            assert time.monotonic() - began < 300, f"only {complete_checks(postgres) - checks_before} checks"
        seconds = time.monotonic() - began
        asked_now = asked(site) - before
        assert len(asked_now) == MAILBOXES, "a mailbox was missed"
        assert set(asked_now.values()) == {1}, "a mailbox was read twice"
        return MAILBOXES / seconds
    finally:
        for process in processes:
            process.stop()


def asked(site: Site) -> Counter[str]:
    return Counter({row["holder_tax_id"]: row["count"] for row in site.sandbox.requests(body="dehu", by="holder_tax_id")})


def complete_checks(postgres: Any) -> int:
    with postgres.connect() as owner:
        return owner.scalar(text("select count(*) from mailbox_sync.coverage"))


def due_now(postgres: Any) -> None:
    with postgres.connect() as owner:
        owner.execute(text("update mailbox_sync.due set due_at = clock_timestamp(), lease_until = null"))


def due_never(postgres: Any) -> None:
    with postgres.connect() as owner:
        owner.execute(text("update mailbox_sync.due set due_at = clock_timestamp() + interval '1 day'"))


if __name__ == "__main__":
    print(run())
