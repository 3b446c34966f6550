"""Told to end (SIGTERM) while the broker is away, a process ends all the same, and what it had accepted arrives after the next start."""

from __future__ import annotations

import contextlib
import os
import signal
import threading

import pytest
import requests

from services.chassis.asking import Asking
from tests.chassis.ledger import EntryGiven, Given, Giving, Taken, Taking, booked, store_of
from tests.faults.processes import environment
from tests.sites import CASILLERO, Process, free_port
from tests.visitors import Person
from tests.worlds import until


@pytest.fixture
def stores(settings):
    made = [store_of(settings, model) for model in (Giving, Taking)]
    yield made
    for store in made:
        store.engine.dispose()


def told_to_end(child) -> int:
    """The status with which it ends; it is not started again."""
    child.wanted = False
    os.kill(child.process.pid, signal.SIGTERM)
    return child.wait_died()


def test_a_service_ends_when_it_is_told_to(processes):
    child = processes.start("tests.chassis.ledger_process", "giver", "taker")
    child.wait_ready()
    assert told_to_end(child) == 0


def test_a_service_ends_while_the_broker_is_away_and_nothing_is_lost(servers, processes, stores, tenant):
    child = processes.start("tests.chassis.ledger_process", "giver", "taker", GRACE_S="3")
    child.wait_ready()
    servers.kill_rabbitmq()
    with stores[0].begin(Asking(tenant_id=tenant)) as db:
        db.add(Given(name="accepted"))
        db.publish(EntryGiven(name="accepted"))
    until(lambda: "inbound_waits" in child.log.read_text(), "the broker is missed")
    told_to_end(child)
    servers.start_rabbitmq()
    processes.start("tests.chassis.ledger_process", "giver", "taker").wait_ready()
    until(lambda: booked(stores[1], Taken, tenant) == ["accepted"], "what was accepted has arrived")


@pytest.fixture
def gateway(settings, tmp_path):
    """A process of its own, and somebody who may ask it."""
    port = free_port()
    of_its_own = dict(os.environ) | environment(settings) | {"CASILLERO_GRACE_S": "3"}
    process = Process("gateway", [CASILLERO, "gateway", "--bind", f"127.0.0.1:{port}"], of_its_own, tmp_path / "gateway.log")
    yield process, Person(f"http://127.0.0.1:{port}")
    process.stop()


def lives(visitor) -> bool:
    with contextlib.suppress(requests.ConnectionError):
        return visitor.get("/livez").status == 200
    return False


def asks(visitor) -> None:
    """Answered that a part of the system is away, or cut off."""
    with contextlib.suppress(requests.ConnectionError):
        assert visitor.sign_in("ana@despacho.example", "una contraseña").status == 503


def test_the_gateway_ends_while_the_broker_is_away_and_somebody_waits_for_an_answer(servers, gateway):
    process, visitor = gateway
    until(lambda: lives(visitor), "the gateway answers")
    servers.kill_rabbitmq()
    waiting = threading.Thread(target=lambda: asks(visitor))
    waiting.start()
    process.child.terminate()
    until(lambda: process.child.poll() is not None, "the gateway ends")
    servers.start_rabbitmq()
    waiting.join()
