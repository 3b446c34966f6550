"""The broker inside the process, flaw by flaw of the transport that it mends."""

from __future__ import annotations

import eventlet
import pytest
from amqp.exceptions import ChannelError
from kombu import Connection, Consumer, Exchange, Queue

from services.chassis import embedded
from services.contracts.message import new_id


@pytest.fixture
def connection():
    with Connection("embedded://casillero/", heartbeat=0) as opened:
        yield opened


@pytest.fixture
def queues(connection):
    """Two queues that one topic goes to."""
    name = new_id()
    exchange = Exchange(name, type="topic", durable=True)
    bound = [Queue(f"{name}.{number}", exchange, routing_key="fact") for number in (1, 2)]
    for queue in bound:
        queue(connection.channel()).declare()
    return bound


def publish(connection, exchange, routing_key="fact", body="{}"):
    channel = connection.channel()
    channel.basic_publish(channel.prepare_message(body, content_type="application/json"), exchange, routing_key, mandatory=True)


def consumed(connection, queues, count):
    """The first messages of these queues on one channel."""
    found, channel = [], connection.channel()
    with Consumer(channel, queues=queues, on_message=found.append, auto_declare=False):
        while len(found) < count:
            connection.drain_events(timeout=5)
    return found


def test_a_message_that_no_queue_takes_is_refused(connection, queues):
    with pytest.raises(ChannelError, match="NO_ROUTE"):
        publish(connection, queues[0].exchange.name, routing_key="nobody")


def test_a_message_says_what_it_is(connection, queues):
    publish(connection, queues[0].exchange.name)
    (message,) = consumed(connection, queues[:1], 1)
    assert message.properties["content_type"] == "application/json"


def test_one_message_in_two_queues_has_two_delivery_tags(connection, queues):
    publish(connection, queues[0].exchange.name)
    first, second = consumed(connection, queues, 2)
    assert first.delivery_tag != second.delivery_tag


def test_an_unacknowledged_message_returns_to_its_own_queue_only(connection, queues):
    publish(connection, queues[0].exchange.name)
    channel = connection.channel()
    queues[0](channel).get().requeue()
    assert [queue(channel).queue_declare(passive=True).message_count for queue in queues] == [1, 1]


def test_what_a_closed_channel_had_not_acknowledged_is_delivered_again(connection, queues):
    publish(connection, queues[0].exchange.name)
    channel = connection.channel()
    assert queues[0](channel).get()
    channel.close()
    assert queues[0](connection.channel()).get()


def test_acknowledging_up_to_a_tag_covers_those_before_it(connection, queues):
    for _ in range(3):
        publish(connection, queues[0].exchange.name)
    messages = consumed(connection, queues[:1], 3)
    messages[1].channel.basic_ack(messages[1].delivery_tag, multiple=True)
    messages[1].channel.close()
    assert queues[0](connection.channel()).queue_declare(passive=True).message_count == 1


def test_every_publish_is_confirmed(connection, queues):
    confirmed = []
    channel = connection.channel()
    channel.confirm_select()
    channel.events["basic_ack"].add(lambda tag, multiple: confirmed.append(tag))
    for _ in range(2):
        channel.basic_publish(channel.prepare_message("{}"), queues[0].exchange.name, "fact", mandatory=True)
    assert confirmed == [1, 2]


def test_who_waits_is_woken_by_the_message_and_not_by_the_clock(connection, queues, monkeypatch):
    monkeypatch.setattr(embedded, "FALLBACK_POLL_S", 60)
    waiting = eventlet.spawn(consumed, connection, queues[:1], 1)
    eventlet.sleep(0)
    with Connection("embedded://casillero/", heartbeat=0) as other, eventlet.Timeout(4):
        publish(other, queues[0].exchange.name)
        assert len(waiting.wait()) == 1


def test_waiting_ends_when_its_time_is_over(connection, queues):
    with Consumer(connection.channel(), queues=queues, auto_declare=False), pytest.raises(TimeoutError):
        connection.drain_events(timeout=0.01)
