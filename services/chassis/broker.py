"""The topology on the broker: one topic exchange a publisher, one quorum queue a handler, one dead-letter queue each.

The whole topology is declared before anybody publishes, by every process that starts, because an event that no queue takes is confirmed
and lost. `x-overflow=reject-publish` belongs to the at-least-once dead-letter strategy: without it the broker falls back silently to
at-most-once. A queue that exists with other arguments would be refused and retried for ever in silence; here it ends the start with the
queue's name.

Calls are not events: a question and its answer are worth nothing once the broker was restarted, and their arguments are not sealed. So they
stay in its memory, which also spares whoever asks two waits for its disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partialmethod
from typing import Any

from amqp.exceptions import PreconditionFailed
from kombu import Connection, Exchange, Queue
from kombu.exceptions import OperationalError
from nameko.amqp.publish import Publisher
from nameko.constants import NON_PERSISTENT
from nameko.messaging import QueueConsumer

from services.chassis.settings import CannotStart, Settings
from services.contracts.message import Event

DEAD_EXCHANGE = Exchange("casillero.dead", type="direct", durable=True)
DELIVERY_LIMIT = 20
DRAIN_S = 0.5
"""How long a consumer waits for the broker before it looks whether it is to stop."""

# What Nameko does not take as a setting. Publisher: of calls only, events have one of their own (`relay`).
Publisher.delivery_mode = NON_PERSISTENT
QueueConsumer.consume = partialmethod(QueueConsumer.consume, safety_interval=DRAIN_S)


class TopologyMismatch(CannotStart):
    """The broker has a queue or exchange of this name with other arguments; the text names it and the cure."""


class BrokerAway(CannotStart):
    """Nobody answers at the broker's address."""


def exchange_name(publisher: str) -> str:
    return f"{publisher}.events"


def queue_name(service: str, handler: str) -> str:
    return f"{service}.{handler}"


def dead_queue(name: str) -> Queue:
    arguments = {"x-queue-type": "quorum"}
    return Queue(f"{name}.dead", exchange=DEAD_EXCHANGE, routing_key=name, durable=True, queue_arguments=arguments)


def queue_for(service: str, handler: str, event: type[Event]) -> Queue:
    name = queue_name(service, handler)
    arguments = {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD_EXCHANGE.name,
        "x-dead-letter-routing-key": name,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    exchange = Exchange(exchange_name(event.publisher), type="topic", durable=True)
    return Queue(name, exchange=exchange, routing_key=event.topic, durable=True, queue_arguments=arguments)


def handlers_of(service: type) -> dict[str, tuple[type[Event], ...]]:
    """Handler name → the events it hears."""
    members = ((name, getattr(service, name)) for name in sorted(dir(service)) if not name.startswith("__"))
    return {name: member.hears for name, member in members if hasattr(member, "hears")}


def topology(services: Iterable[Any]) -> list[Queue]:
    """Every queue of these services; a handler of several events has one queue with several bindings."""
    return [
        queue
        for service in services
        for name, events in handlers_of(service).items()
        for event in events
        for queue in [queue_for(service.name, name, event)]
    ]


def declare(settings: Settings, services: Iterable[type]) -> None:
    """Make the whole topology. Raises TopologyMismatch, or BrokerAway after some retries."""
    with connect(settings) as connection:
        try:
            connection.ensure_connection(max_retries=10, interval_start=0.2, interval_step=0.5, interval_max=3)
        except OperationalError as error:
            where = connection.as_uri()
            raise BrokerAway(f"No se puede llegar a RabbitMQ en {where} ({error}). Revise CASILLERO_BROKER_URL, o arránquelo.") from error
        for queue in topology(services):
            for wanted in (dead_queue(queue.name), queue):
                _declare(connection, wanted)


def _declare(connection: Connection, queue: Queue) -> None:
    try:
        with connection.channel() as channel:
            queue(channel).declare()
    except PreconditionFailed as error:
        raise TopologyMismatch(
            f"La cola «{queue.name}» ya existe en el broker con otros argumentos ({error.reply_text}). "
            f"Deje que la versión anterior la vacíe, bórrela (`rabbitmqctl delete_queue {queue.name}`) y arranque de nuevo."
        ) from error


def connect(settings: Settings, **options: Any) -> Connection:
    heartbeat = 0 if settings.is_embedded else 30
    return Connection(settings.broker_url, heartbeat=heartbeat, connect_timeout=5, **options)


def nameko_config(settings: Settings) -> dict[str, Any]:
    """What Nameko's containers and proxies are given."""
    return {
        "AMQP_URI": settings.broker_url,
        "HEARTBEAT": 0 if settings.is_embedded else 30,
        "max_workers": 20,
        "settings": settings,
    }
