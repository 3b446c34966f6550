"""A process is killed at each point on the path of an event, and started again: every entry is booked once on both sides."""

from __future__ import annotations

import signal

import pytest

from services.chassis.crash import POINTS
from services.chassis.settings import Settings
from tests.chassis import ledger
from tests.chassis.ledger import Given, Giving, Taken, Taking, booked, store_of
from tests.faults.asking import NO_FAULT, faults_of, give_all
from tests.faults.processes import supervised
from tests.worlds import until

NAMES = [f"entry {number}" for number in range(20)]


def booked_on_both_sides(settings, tenant):
    with_stores = [(store_of(settings, model), table) for model, table in ((Giving, Given), (Taking, Taken))]
    found = [booked(store, table, tenant) for store, table in with_stores]
    for store, _ in with_stores:
        store.engine.dispose()
    return found


def all_arrived(settings, tenant):
    return until(lambda: [len(set(names)) for names in booked_on_both_sides(settings, tenant)] == [len(NAMES)] * 2)


@pytest.mark.parametrize("point", POINTS)
def test_deployed_nothing_is_lost_or_doubled_by_a_kill(settings, processes, tenant, point):
    child = processes.start("tests.chassis.ledger_process", "giver", "taker", CRASH_AT=point)
    child.wait_ready()
    give_all(settings, tenant, NAMES, size=5)
    assert child.wait_died() == -signal.SIGKILL
    all_arrived(settings, tenant)
    assert [faults_of(NAMES, found) for found in booked_on_both_sides(settings, tenant)] == [NO_FAULT, NO_FAULT]


@pytest.mark.full
@pytest.mark.parametrize("point", POINTS)
def test_embedded_nothing_is_lost_or_doubled_by_a_kill(tmp_path, tenant, point):
    """The queues die with the process; the last day's outbox is sent again at the next start."""
    settings = Settings(data_dir=tmp_path)
    ledger.prepare(settings)
    with supervised(settings, tmp_path) as processes:
        child = processes.start("tests.faults.embedded_process", tenant, *NAMES, CRASH_AT=point)
        assert child.wait_died() == -signal.SIGKILL
        all_arrived(settings, tenant)
    assert [faults_of(NAMES, found) for found in booked_on_both_sides(settings, tenant)] == [NO_FAULT, NO_FAULT]
