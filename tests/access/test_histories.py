"""Lists and checks agree with the oracle after any history of changes: many without a broker, some in the running worlds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.access.machine import Histories
from tests.access.running_house import RunningHouse
from tests.in_process import House

SERVICES = ["access", "clients", "mailbox_sync", "notifications", "teu_watcher"]


def agreed(house, histories: int, steps: int) -> int:
    """How many histories were gone through; fails with the shortest one that differs."""
    machine = type("Histories", (Histories,), {"house": house})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=histories, stateful_step_count=steps, suppress_health_check=list(HealthCheck))
    )
    print(f"{machine.gone_through} histories agreed")
    return machine.gone_through


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return House(tmp_path_factory.mktemp("histories"), SERVICES)


@pytest.fixture
def running_house(world):
    started = RunningHouse(world, SERVICES)
    yield started
    started.close()


def test_after_some_histories_lists_and_checks_are_what_the_oracle_says(house):
    assert agreed(house, 4, 12) >= 4


def test_in_a_running_world_lists_and_checks_are_what_the_oracle_says(running_house):
    assert agreed(running_house, 1, 8) >= 1


@pytest.mark.full
def test_after_a_hundred_and_fifty_histories_lists_and_checks_are_what_the_oracle_says(house):
    assert agreed(house, 150, 12) >= 150


@pytest.mark.fuzz
def test_after_two_thousand_histories_lists_and_checks_are_what_the_oracle_says(house):
    assert agreed(house, 2000, 12) >= 2000


@pytest.mark.full
def test_in_a_running_world_more_histories_agree(running_house):
    assert agreed(running_house, 12, 12) >= 12
