"""Logs tell what failed and where, and never what somebody typed: a canary is sent down every way that fails."""

from __future__ import annotations

import contextlib

from tests.chassis.ledger import POISON, asked
from tests.worlds import until

CANARY = "Perico de los Palotes 00000000T"


def test_no_personal_text_reaches_a_log(settings, processes, tenant):
    child = processes.start("tests.chassis.ledger_process", "giver", "taker", LOG_LEVEL="DEBUG")
    child.wait_ready()
    with asked(settings, tenant, user_id=CANARY) as ask:
        calls = [
            lambda: ask.giver.give_and_fail(CANARY),  # An error that quotes it.
            lambda: ask.giver.give([{"name": CANARY}]),  # A driver's error, which would show the statement's parameters.
            lambda: ask.giver.give([f"{CANARY}\0"]),
            lambda: ask.giver.rename(CANARY, "x"),  # Refused.
            lambda: ask.giver.given(CANARY),  # A call that does not fit.
            lambda: ask.giver.give([f"{POISON} {CANARY}"]),  # An event that parks.
        ]
        for call in calls:
            with contextlib.suppress(Exception):
                call()
    until(lambda: "event_parked" in child.log.read_text())
    logged = child.log.read_text()
    assert "call_failed" in logged
    assert [line for line in logged.splitlines() if "Perico" in line or "00000000T" in line] == []
