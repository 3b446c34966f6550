"""What the clock starts runs in one process at a time, however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from services.chassis.entrypoints import every
from services.chassis.leases import kept, take_lease
from services.contracts.message import new_id, utc_now
from tests.chassis.ledger import Giving, store_of
from tests.worlds import until


@pytest.fixture
def replicas(ledger):
    """Two processes of one service, as far as its database can tell."""
    return [store_of(ledger.settings, Giving) for _ in range(2)]


class Job:
    name = "giver"

    def __init__(self, db, runs):
        self.db, self.runs = db, runs

    @every(seconds=60)
    def work(self):
        self.runs.append(self.db)

    @every(seconds=60)
    def fail(self):
        raise KeyError


def expire(store, name):
    with store.begin() as db:
        db.execute(update(store.model.Lease).where(store.model.Lease.name == name).values(until=utc_now() - timedelta(seconds=1)))


def test_a_job_is_not_doubled_by_two_replicas(replicas):
    runs, name = [], new_id()
    jobs = [Job(store, runs) for store in replicas]
    for job in jobs:
        job.name = name
    for job in jobs + jobs:
        job.work()
    assert len(runs) == 1


def test_the_next_time_another_replica_may_take_it(replicas):
    name = new_id()
    assert take_lease(replicas[0], name, 60)
    assert not take_lease(replicas[1], name, 60)
    expire(replicas[0], name)
    assert take_lease(replicas[1], name, 60)


def test_a_lease_ends_before_its_holders_next_tick(replicas):
    assert take_lease(replicas[0], name := new_id(), 60)
    with replicas[0].begin() as db:
        assert db.get(Giving.Lease, name).until < utc_now() + timedelta(seconds=60)


def test_a_job_that_takes_longer_than_its_period_keeps_its_lease(replicas):
    period_s, name = 0.3, new_id()
    assert take_lease(replicas[0], name, period_s)
    first_end = lease_end(replicas[0], name)
    with kept(replicas[0], name, period_s):
        until(lambda: lease_end(replicas[0], name) > first_end + timedelta(seconds=period_s))
        assert not take_lease(replicas[1], name, period_s)


def lease_end(store, name):
    with store.begin() as db:
        return db.get(Giving.Lease, name).until


def test_a_job_that_fails_is_left_for_the_next_tick(replicas):
    Job(replicas[0], []).fail()
