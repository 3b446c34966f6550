"""A part that is away costs time: who asks is told so, and what was accepted arrives once it is back. No service is started again."""

from __future__ import annotations

import contextlib
import json

import pytest
from sqlalchemy import create_engine, text

from services.chassis.asking import Asking
from services.chassis.database import EVENTS, driver_of
from services.chassis.relay import Outlet, Row
from services.contracts.errors import Away
from services.contracts.message import Envelope, new_id, utc_now
from tests.chassis.ledger import EntryGiven, Given, Giving, Taken, Taking, asked, booked, store_of
from tests.faults.conftest import DATABASE
from tests.worlds import until


@pytest.fixture
def services(processes):
    """Giver and taker in a process each."""
    started = [processes.start("tests.chassis.ledger_process", name) for name in ("giver", "taker")]
    for child in started:
        child.wait_ready()
    return started


@pytest.fixture
def stores(settings):
    made = [store_of(settings, model) for model in (Giving, Taking)]
    yield made
    for store in made:
        store.engine.dispose()


@contextlib.contextmanager
def database_away(servers):
    """Nobody is let in and who was in is put out, as far as the services can tell the server is down."""
    admin = create_engine(driver_of(servers.postgres_admin_url), isolation_level="AUTOCOMMIT")

    def let_in(is_let_in):
        with admin.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {DATABASE} ALLOW_CONNECTIONS {is_let_in}"))
            connection.execute(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": DATABASE})

    let_in(False)
    try:
        yield
    finally:
        let_in(True)
        admin.dispose()


def accept(store, tenant, name):
    """A write that was committed: by whom does not matter here."""
    with store.begin(Asking(tenant_id=tenant)) as db:
        db.add(Given(name=name))
        db.publish(EntryGiven(name=name))


def arrived(stores, tenant, names):
    until(lambda: booked(stores[1], Taken, tenant) == names)


def test_a_write_accepted_while_the_broker_is_away_arrives_later(servers, services, stores, tenant):
    servers.kill_rabbitmq()
    accept(stores[0], tenant, "accepted")
    servers.start_rabbitmq()
    arrived(stores, tenant, ["accepted"])
    assert [child.deaths for child in services] == [[], []]


def test_calls_are_answered_again_once_the_broker_is_back(servers, settings, services, tenant):
    servers.restart_rabbitmq()

    def answered():
        with contextlib.suppress(Exception), asked(settings, tenant, 3) as ask:
            return ask.giver.give(["after"])

    assert until(answered) == 1


def test_a_call_is_told_that_the_database_is_away_and_answered_when_it_is_back(servers, settings, services, tenant):
    with asked(settings, tenant) as ask:
        with database_away(servers), pytest.raises(Away, match="base de datos"):
            ask.giver.given()
        assert ask.giver.given() == []


def test_events_delivered_while_the_database_is_away_are_held_and_handled_later(servers, settings, services, stores, tenant):
    row = sealed_row(stores[0], tenant, "held")
    outlet = Outlet(settings)
    with database_away(servers):
        assert outlet.publish([row]) == [row.id]
        until(lambda: "deliveries_held" in services[1].log.read_text())
    outlet.close()
    arrived(stores, tenant, ["held"])
    assert services[1].deaths == []


def sealed_row(store, tenant, name):
    """A row of the outbox, as the relay would have claimed it before the database went away."""
    sealed = store.seals.seal(tenant, EVENTS, json.dumps({"name": name}).encode())
    at = utc_now().isoformat()
    envelope = Envelope(id=new_id(), topic=EntryGiven.topic, tenant_id=tenant, by="", request_id="", at=at, sealed=sealed)
    return Row(envelope.id, envelope.topic, json.dumps(envelope.to_wire()))


def test_a_service_that_does_not_answer_is_told_as_away(settings, processes, tenant):
    processes.start("tests.chassis.ledger_process", "giver").wait_ready()
    with asked(settings, tenant) as ask, pytest.raises(Away, match="no responde"):
        ask.giver.ask_outside()


def test_a_crash_of_the_database_costs_no_event(servers, settings, services, stores, tenant):
    with asked(settings, tenant) as ask:
        ask.giver.give([f"entry {number:03}" for number in range(200)])
        servers.restart_postgresql("immediate")
    arrived(stores, tenant, [f"entry {number:03}" for number in range(200)])
