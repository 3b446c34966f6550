"""Lists and checks agree with the oracle after any history of changes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.access.machine import Histories
from tests.in_process import House

SERVICES = ["access", "clients", "mailbox_sync", "notifications", "teu_watcher"]
ANY_SPEED = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True, "database": None}


@pytest.fixture(scope="module")
def histories(tmp_path_factory):
    return type("Histories", (Histories,), {"house": House(tmp_path_factory.mktemp("histories"), SERVICES)})


def test_after_some_histories_lists_and_checks_are_what_the_oracle_says(histories):
    run_state_machine_as_test(histories, settings=settings(max_examples=15, stateful_step_count=12, **ANY_SPEED))


@pytest.mark.full
def test_after_two_thousand_histories_lists_and_checks_are_what_the_oracle_says(histories):
    run_state_machine_as_test(histories, settings=settings(max_examples=2000, stateful_step_count=12, **ANY_SPEED))
    print(f"{histories.gone_through} histories agreed")
    assert histories.gone_through >= 2000
