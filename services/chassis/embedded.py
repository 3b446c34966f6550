"""A broker inside this process, so that a first run needs no server.

Kombu ships an in-memory transport, but Nameko and our relay expect more of a broker than it does. Mended here, each found by a failing
test: the content type is missing from the message's properties; `mandatory` is ignored; one message that goes to two queues shares one
delivery tag, and tags have no order; an unacknowledged message returns to every bound queue instead of its own, and with its channel not
at all; there are no publisher confirms; several deliveries cannot be acknowledged at once; and draining polls, where it can sleep until a
message is put into a queue that this connection consumes.

The queues die with the process. That loses nothing: at the next start the last day's outbox is sent again, and handlers skip what they
have.
"""

from __future__ import annotations

import itertools
import threading
from collections import defaultdict
from queue import Empty
from time import monotonic
from typing import Any

from amqp.exceptions import ChannelError
from kombu.transport import TRANSPORT_ALIASES, memory
from kombu.transport.virtual.base import Message as VirtualMessage

FALLBACK_POLL_S = 1.0
consumers_of: defaultdict[str, set[Transport]] = defaultdict(set)


class Message(VirtualMessage):
    def __init__(self, payload: dict, channel: Any = None, **kwargs: Any):
        super().__init__(payload, channel=channel, **kwargs)
        self.properties.setdefault("content_type", self.content_type)
        self.properties.setdefault("content_encoding", self.content_encoding)


class Channel(memory.Channel):
    Message = Message

    def __init__(self, connection: Any, **kwargs: Any):
        super().__init__(connection, **kwargs)
        self.events = defaultdict(set)
        self.published = 0
        self.tags = itertools.count(1)

    def confirm_select(self, nowait: bool = False) -> None:
        """Every publish is confirmed at once: being in the queue is all that a queue of this process can promise."""

    def basic_publish(self, message: dict, exchange: str, routing_key: str, mandatory: bool = False, **kwargs: Any) -> None:
        if mandatory and exchange and not self.typeof(exchange).lookup(self.get_table(exchange), exchange, routing_key, None):
            raise ChannelError(f"(312) NO_ROUTE {exchange} {routing_key}")
        super().basic_publish(message, exchange, routing_key, **kwargs)
        self.published += 1
        for confirmed in self.events["basic_ack"]:
            confirmed(self.published, False)

    def _put(self, queue: str, message: dict, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        for transport in tuple(consumers_of[queue]):
            transport.awake.set()

    def _get(self, queue: str, timeout: float | None = None) -> dict:
        message = super()._get(queue)
        delivery = dict(message["properties"]["delivery_info"], queue=queue)
        return dict(message, properties=dict(message["properties"], delivery_tag=self._next_delivery_tag(), delivery_info=delivery))

    def _next_delivery_tag(self) -> int:
        return next(self.tags)

    def _restore(self, message: Any) -> None:
        self._put(message.delivery_info["queue"], dict(message.serializable(), redelivered=True))

    def basic_consume(self, queue: str, *args: Any, **kwargs: Any) -> None:
        super().basic_consume(queue, *args, **kwargs)
        consumers_of[queue].add(self.connection)
        self.connection.awake.set()

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        tags = [tag for tag in self.qos._delivered if tag <= delivery_tag] if multiple else [delivery_tag]
        for tag in tags:
            super().basic_ack(tag)
        self.connection.awake.set()

    def close(self) -> None:
        for queue in self._active_queues:
            consumers_of[queue].discard(self.connection)
        if not self.closed:
            self.qos.restore_unacked()
        super().close()


class Transport(memory.Transport):
    Channel = Channel
    cycle: Any

    def __init__(self, client: Any, **kwargs: Any):
        super().__init__(client, **kwargs)
        self.awake = threading.Event()

    def drain_events(self, connection: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """Deliver one message, waiting for it at most `timeout` seconds; raises socket.timeout like a broker's connection does."""
        ends_at = None if timeout is None else monotonic() + timeout
        while True:
            self.awake.clear()
            try:
                return self.cycle.get(self._deliver, timeout=timeout)
            except Empty:
                left = FALLBACK_POLL_S if ends_at is None else ends_at - monotonic()
                if left <= 0:
                    raise TimeoutError from None
                self.awake.wait(min(left, FALLBACK_POLL_S))


TRANSPORT_ALIASES["embedded"] = f"{__name__}:Transport"
