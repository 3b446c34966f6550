"""What lies on RabbitMQ: made whole before anybody publishes, told by name when it is wrong; no event falls through it."""

from __future__ import annotations

import json

import pytest
from kombu import Queue
from sqlalchemy import select, update
from structlog.testing import capture_logs

from services.chassis.asking import Asking
from services.chassis.broker import DEAD_EXCHANGE, DELIVERY_LIMIT, TopologyMismatch, connect, dead_queue, declare, queue_for
from services.chassis.database import EVENTS
from services.chassis.entrypoints import on
from services.chassis.running import running
from services.contracts.message import REGISTRY, Envelope, Event, event, new_id, utc_now
from tests.chassis.ledger import EntryGiven
from tests.worlds import until

pytestmark = pytest.mark.parametrize("ledger", ["deployed"], indirect=True)


@event("giver")
class EntryForgotten(Event):
    """Nobody hears it, at first."""

    name: str


del REGISTRY[EntryForgotten.topic]


class Fragile:
    """Only its queues are used."""

    name = "fragile"

    @on(EntryGiven)
    def hear(self, db, fact): ...


class Late:
    name = "late"

    @on(EntryForgotten)
    def hear(self, db, fact): ...


@pytest.fixture
def channel(ledger):
    with connect(ledger.settings) as connection:
        yield connection.channel()


def test_a_queue_with_other_arguments_ends_the_start_and_is_named(ledger, channel):
    channel.queue_delete("fragile.hear")
    Queue("fragile.hear", durable=True, queue_arguments={"x-queue-type": "quorum"})(channel).queue_declare()
    with (
        pytest.raises(TopologyMismatch, match="fragile.hear.*rabbitmqctl delete_queue fragile.hear"),
        running(ledger.settings, [], [Fragile]),
    ):
        pass
    channel.queue_delete("fragile.hear")


def test_an_event_that_no_queue_takes_is_kept_and_logged_and_leaves_later(ledger, tenant, channel):
    store, outgoing = ledger.store("giver"), ledger.store("giver").model.Outgoing
    channel.queue_delete("late.hear")
    with capture_logs() as logs:
        with store.begin(Asking(tenant_id=tenant)) as db:
            db.publish(EntryForgotten(name="x"))
            event_id = db.leaving[0]["id"]
        until(
            lambda: {"event": "event_taken_by_no_queue", "event_id": event_id, "topic": EntryForgotten.topic, "log_level": "error"} in logs
        )
    assert sent_at(store, event_id) is None
    declare(ledger.settings, [Late])
    with store.begin() as db:
        db.execute(update(outgoing).where(outgoing.id == event_id).values(claimed_until=None))
    store.wake()
    until(lambda: sent_at(store, event_id))
    assert json.loads(until(lambda: channel.basic_get("late.hear")).body)["id"] == event_id


def sent_at(store, event_id):
    with store.begin() as db:
        return db.scalar(select(store.model.Outgoing.sent_at).where(store.model.Outgoing.id == event_id))


def test_what_was_delivered_too_often_is_parked(ledger, tenant, channel):
    """Delivered again and again to a process that dies: here to a consumer that gives it back."""
    queue = queue_for("taker", "take", EntryGiven)
    envelope = sealed_event(ledger, tenant)
    put(channel, DEAD_EXCHANGE.name, queue.name, json.dumps(envelope.to_wire()))
    rows = until(lambda: parked_ids(ledger, envelope.id))
    assert rows == [("take", "delivered too often without an end: its process died each time")]


def test_the_broker_gives_up_after_so_many_deliveries(ledger, tenant, channel):
    declare(ledger.settings, [Fragile])
    queue, dead = queue_for("fragile", "hear", EntryGiven).name, dead_queue("fragile.hear").name
    channel.queue_purge(queue)
    channel.queue_purge(dead)
    put(channel, "", queue, "{}")
    for _ in range(DELIVERY_LIMIT + 1):
        channel.basic_reject(until(lambda: channel.basic_get(queue)).delivery_tag, requeue=True)
    assert until(lambda: channel.basic_get(dead)).headers["x-death"][0]["reason"] == "delivery_limit"
    for name in (queue, dead):
        channel.queue_delete(name)


def test_what_is_no_event_goes_to_the_dead_letters_and_stops_nobody(ledger, tenant, channel):
    with capture_logs() as logs:
        put(channel, "", "taker.take", "no JSON")
        with ledger.asked(tenant) as services:
            services.giver.give(["after it"])
        until(lambda: ledger.taken(tenant) == ["after it"])
        until(lambda: sum(entry["event"] == "delivery_unreadable" for entry in logs) == 2)  # As a delivery, then as a dead letter.


def put(channel, exchange, routing_key, body):
    channel.basic_publish(channel.prepare_message(body, content_encoding="utf-8", properties={"delivery_mode": 2}), exchange, routing_key)


def sealed_event(ledger, tenant):
    seals = ledger.store("taker").seals
    sealed = seals.seal(tenant, EVENTS, json.dumps({"name": "x"}).encode())
    return Envelope(id=new_id(), topic=EntryGiven.topic, tenant_id=tenant, by="", request_id="", at=utc_now().isoformat(), sealed=sealed)


def parked_ids(ledger, event_id):
    store = ledger.store("taker")
    with store.begin() as db:
        rows = db.scalars(select(store.model.Parked).where(store.model.Parked.event_id == event_id))
        return [(row.handler, row.error) for row in rows]
