"""Events flow while a nemesis kills services, the broker and the database at random: none is lost, none is done twice."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from itertools import count
from typing import NamedTuple

import eventlet
import pytest

from deploy.private_servers import PrivateServers
from services.chassis.settings import Settings
from tests.chassis.ledger import Given, Giving, Taken, Taking, booked, store_of
from tests.faults.asking import NO_FAULT, faults_of, give_surely
from tests.faults.processes import Supervisor
from tests.worlds import until

CALLERS, SIZE = 4, 10
PATIENCE_S = 180  # The figure is printed; a machine that runs more than this takes longer.


class Nemesis:
    """One fault after another until told to stop; `seed` makes the same choices again (not the same instants)."""

    def __init__(self, servers, children, seed):
        self.servers, self.children, self.chance = servers, children, random.Random(seed)
        self.done = Counter()

    def rage(self, seconds):
        ends_at = time.monotonic() + seconds
        faults, weights = (self.kill_a_service, self.kill_the_broker, self.crash_the_database), (10, 1, 1)
        while time.monotonic() < ends_at:
            eventlet.sleep(self.chance.uniform(0.5, 3))
            fault = self.chance.choices(faults, weights)[0]
            fault()
            self.done[fault.__name__] += 1

    def kill_a_service(self):
        self.chance.choice(self.children).kill()

    def kill_the_broker(self):
        self.servers.kill_rabbitmq()
        eventlet.sleep(self.chance.uniform(0, 2))
        self.servers.start_rabbitmq()

    def crash_the_database(self):
        self.servers.restart_postgresql("immediate")


class Site(NamedTuple):
    """What the nemesis may break, and the tenant whose entries are counted."""

    servers: PrivateServers
    settings: Settings
    processes: Supervisor
    tenant: str


@pytest.fixture
def site(servers, settings, processes, tenant):
    return Site(servers, settings, processes, tenant)


def chaos(site, *, events, seconds):
    """`events` names are given at an even pace while the nemesis rages; answers what was lost, doubled or invented on each side."""
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().randrange(10**9))
    print(f"chaos: CHAOS_SEED={seed}")
    children = [site.processes.start("tests.chassis.ledger_process", name) for name in ("giver", "taker", "taker")]
    for child in children:
        child.wait_ready()
    names = [f"entry {number}" for number in range(events)]
    nemesis = Nemesis(site.servers, children, seed)
    raging = eventlet.spawn(nemesis.rage, seconds)
    callers = [eventlet.spawn(call, site, names, first, seconds) for first in range(CALLERS)]
    raging.wait()
    last_fault_at = time.monotonic()
    stores = [(store_of(site.settings, Giving), Given), (store_of(site.settings, Taking), Taken)]
    with eventlet.Timeout(PATIENCE_S):
        for caller in callers:
            caller.wait()
        until(lambda: all(set(booked(store, table, site.tenant)) >= set(names) for store, table in stores), patience_s=PATIENCE_S)
    print(f"chaos: {dict(nemesis.done)}, all there {time.monotonic() - last_fault_at:.1f} s after the last fault")
    return [faults_of(names, booked(store, table, site.tenant)) for store, table in stores]


def call(site, names, first, seconds):
    """One of the callers: its share of the names in units, as evenly as the faults let it."""
    units = range(first * SIZE, len(names), CALLERS * SIZE)
    began = time.monotonic()
    for start, number in zip(units, count(), strict=False):
        eventlet.sleep(max(0, began + number * seconds / len(units) - time.monotonic()))
        give_surely(site.settings, site.tenant, f"chaos {start}", names[start : start + SIZE])


@pytest.mark.full
def test_a_minute_of_random_kills_loses_and_doubles_nothing(site):
    assert chaos(site, events=5_000, seconds=60) == [NO_FAULT, NO_FAULT]


@pytest.mark.chaos
def test_minutes_of_random_kills_lose_and_double_nothing(site):
    assert chaos(site, events=40_000, seconds=300) == [NO_FAULT, NO_FAULT]
