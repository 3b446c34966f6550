"""What a handler cannot deal with is kept aside, tried again with growing pauses, and never stops its neighbours."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.chassis.parked import PAUSES, discard, retry_due, summary
from services.contracts.message import utc_now
from tests.chassis.ledger import MISTAKE, POISON, Taker
from tests.worlds import until


@pytest.fixture
def parked(ledger, tenant, giver):
    """One parked event of the tenant, and the neighbours that came with it."""
    giver.give(["before", f"{POISON} {tenant}", "after"])
    return until(lambda: rows_of(ledger, tenant))[0]


@pytest.fixture
def taker(ledger):
    """The service's own class, to be called as the clock would."""
    service = Taker()
    service.db = ledger.store("taker")
    return service


def rows_of(ledger, tenant):
    store = ledger.store("taker")
    with store.begin() as db:
        return [row for row in db.scalars(select(store.model.Parked)) if row.envelope["tenant_id"] == tenant]


def make_due(ledger, row):
    parked = ledger.store("taker").model.Parked
    with ledger.store("taker").begin() as db:
        db.execute(update(parked).where(parked.event_id == row.event_id).values(next_try_at=utc_now()))


def send_again(ledger, tenant):
    """As a broker that delivers twice would."""
    store = ledger.store("giver")
    with store.begin() as db:
        for row in db.scalars(select(store.model.Outgoing)):
            if row.envelope["tenant_id"] == tenant:
                row.sent_at = row.claimed_until = None
    store.wake()


def all_sent(ledger, tenant):
    store = ledger.store("giver")
    with store.begin() as db:
        return all(row.sent_at for row in db.scalars(select(store.model.Outgoing)) if row.envelope["tenant_id"] == tenant)


def test_a_poison_event_parks_alone(ledger, tenant, parked):
    until(lambda: ledger.taken(tenant) == ["after", "before"])
    assert parked.handler == "take"
    assert parked.error.startswith("KeyError at ")


def test_a_wrong_statement_is_not_taken_for_an_outage(ledger, tenant, giver):
    giver.give(["before", f"{MISTAKE} {tenant}", "after"])
    (row,) = until(lambda: rows_of(ledger, tenant))
    until(lambda: ledger.taken(tenant) == ["after", "before"])
    assert row.error.startswith(("OperationalError", "ProgrammingError"))


def test_the_pauses_between_tries_grow(ledger, tenant, parked):
    def fail(envelopes):
        raise KeyError

    waits = []
    for _ in PAUSES:
        make_due(ledger, parked)
        tried_at = utc_now()
        retry_due(ledger.store("taker"), "take", fail)
        waits.append(rows_of(ledger, tenant)[0].next_try_at - tried_at)
    assert all(shorter < longer for shorter, longer in pairwise(waits[:-1]))
    assert waits[-1] >= timedelta(days=1)
    assert rows_of(ledger, tenant)[0].attempts == len(PAUSES) + 1


def test_a_parked_event_is_handled_once_its_cause_is_gone(ledger, tenant, parked, taker):
    name = f"{POISON} {tenant}"
    Taker.antidote.add(name)
    make_due(ledger, parked)
    Taker.take.retry(taker)
    assert ledger.taken(tenant) == ["after", "before", name]
    assert rows_of(ledger, tenant) == []


def test_another_copy_of_a_parked_event_changes_nothing(ledger, tenant, parked):
    send_again(ledger, tenant)
    with ledger.asked(tenant) as services:
        services.giver.give(["last"])
    until(lambda: "last" in ledger.taken(tenant) and all_sent(ledger, tenant))
    assert len(rows_of(ledger, tenant)) == 1


def test_a_discarded_event_does_not_come_back(ledger, tenant, parked):
    discard(ledger.store("taker"), "take", parked.event_id)
    Taker.antidote.add(f"{POISON} {tenant}")
    send_again(ledger, tenant)
    with ledger.asked(tenant) as services:
        services.giver.give(["last"])
    until(lambda: "last" in ledger.taken(tenant) and all_sent(ledger, tenant))
    assert ledger.taken(tenant) == ["after", "before", "last"]
    assert rows_of(ledger, tenant) == []


def test_a_firm_sees_how_many_of_its_own_events_are_parked_and_of_no_other(ledger, tenant, parked):
    def seen_by(tenant_id):
        with ledger.store("taker").begin(Asking(tenant_id=tenant_id)) as db:
            return [(row["handler"], row["count"], row["oldest_at"]) for row in summary(db)]

    assert seen_by(tenant) == [("take", 1, parked.parked_at.isoformat())]
    assert seen_by("another-firm") == []
