"""From the broker to the handlers: deliveries are taken in batches of up to 100, one transaction and one acknowledgement a batch.

States of a delivery: waiting → being applied → committed → acknowledged. Being killed anywhere before the acknowledgement delivers it
again, and the inbox (`handled`) skips what was committed. Deliveries are held, not returned, while the database is away, so that a long
outage does not use up the delivery limit; what has used it up is found in the dead-letter queue and parked.

Each handler has a channel of its own, so that acknowledging up to a tag covers exactly its batch, and a thread of its own, so that a slow
handler stops neither heartbeats nor its neighbours. Frames of one connection are written under one lock.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from eventlet.event import Event as Signal
from kombu import Consumer, Queue
from nameko.extensions import Entrypoint, ProviderCollector, SharedExtension

from services.chassis.broker import DRAIN_S, connect, dead_queue, queue_for
from services.chassis.crash import crash_point
from services.chassis.logs import what_failed
from services.contracts.message import Envelope

log = structlog.get_logger()
BATCH = 100
PREFETCH = 2 * BATCH
PAUSE_S = 1.0


class Delivery(NamedTuple):
    """`generation` numbers the connection that brought it: a tag means nothing to another one."""

    generation: int
    message: Any
    envelope: Envelope


class Inbound(SharedExtension, ProviderCollector):
    """The connection on which a service process hears events; opened again for ever when it breaks."""

    def __init__(self) -> None:
        super().__init__()
        self.stopping = False
        self.write_lock = threading.Lock()
        self.generation = 0

    def start(self) -> None:
        self.ready = Signal()
        self.thread = self.container.spawn_managed_thread(self.run, identifier="inbound")
        self.ready.wait()

    def stop(self) -> None:
        self.wait_for_providers()
        self.stopping = True
        self.thread.wait()
        super().stop()

    def run(self) -> None:
        while not self.stopping:
            try:
                with connect(self.container.config["settings"]) as connection:
                    self._hear(connection)
            except Exception as error:
                log.warning("inbound_waits", service=self.container.service_name, error=what_failed(error))
                if not self.ready.ready():
                    self.ready.send()
                threading.Event().wait(PAUSE_S)

    def _hear(self, connection: Any) -> None:
        self.generation += 1
        for provider in tuple(self._providers):
            provider.begin_consuming(connection, self.generation)
        if not self.ready.ready():
            self.ready.send()
        while not self.stopping:
            with contextlib.suppress(TimeoutError):
                connection.drain_events(timeout=DRAIN_S)
            if connection.heartbeat:
                with self.write_lock:
                    connection.heartbeat_check()


class EventDeliveries(Entrypoint):
    """The deliveries of one handler. The decorated method is given a list of envelopes and commits their effects (see `entrypoints.on`)."""

    inbound = Inbound()

    def __init__(self, events: tuple, park: Callable[[Any, Envelope, str], None], **kwargs: Any):
        self.events, self.park = events, park
        super().__init__(**kwargs)

    def setup(self) -> None:
        self.waiting: deque[Delivery] = deque()
        self.awake = threading.Event()
        self.stopping = False
        self.inbound.register_provider(self)

    def start(self) -> None:
        self.thread = self.container.spawn_managed_thread(self.run, identifier=f"deliveries of {self.method_name}")

    def stop(self) -> None:
        self.stopping = True
        self.awake.set()
        self.thread.wait()
        self.inbound.unregister_provider(self)

    def begin_consuming(self, connection: Any, generation: int) -> None:
        """Called on each new connection; what waited from the last one will be delivered again."""
        self.waiting.clear()
        queue = queue_for(self.container.service_name, self.method_name, self.events[0])
        self._consume(connection, queue, lambda message: self._take(generation, message))
        self._consume(connection, dead_queue(queue.name), lambda message: self._take_dead(generation, message))

    def _consume(self, connection: Any, queue: Queue, take: Callable[[Any], None]) -> None:
        """On a channel of its own: delivery tags, and so acknowledgements of many, count by channel."""
        channel = connection.channel()
        channel.basic_qos(0, PREFETCH, False)
        Consumer(channel, queues=[queue], on_message=take, auto_declare=False).consume()

    def _take(self, generation: int, message: Any) -> None:
        envelope = self._read(message)
        if envelope is None:
            message.reject()
            return
        self.waiting.append(Delivery(generation, message, envelope))
        self.awake.set()

    def _take_dead(self, generation: int, message: Any) -> None:
        """Delivered twenty times without ever being finished, or no event at all: a person has to look at it."""
        envelope = self._read(message)
        if envelope is not None:
            delivery = Delivery(generation, message, envelope)
            self.container.spawn_managed_thread(lambda: self._park_dead(delivery), identifier="dead letter")

    def _read(self, message: Any) -> Envelope | None:
        """None for what is no event of ours: it is kept in the dead-letter queue, unacknowledged."""
        try:
            return Envelope.from_wire(json.loads(message.body))
        except (ValueError, TypeError) as error:
            log.error("delivery_unreadable", handler=self.method_name, error=what_failed(error))
            return None

    def _park_dead(self, delivery: Delivery) -> None:
        self.park(self, delivery.envelope, "delivered too often without an end: its process died each time")
        self._acknowledge(delivery, multiple=False)

    def run(self) -> None:
        while not self.stopping:
            self.awake.clear()
            if not self.waiting:
                self.awake.wait()
                continue
            batch = [self.waiting.popleft() for _ in range(min(BATCH, len(self.waiting)))]
            if self._apply([delivery.envelope for delivery in batch]):
                self._acknowledge(batch[-1])

    def _apply(self, envelopes: list[Envelope]) -> bool:
        """Hold the batch until its effects are committed; False when the process is stopping and they are not."""
        while not self.stopping:
            done = Signal()
            self.container.spawn_worker(
                self, (envelopes,), {}, handle_result=lambda ctx, result, error, done=done: done.send(error) or (result, error)
            )
            error = done.wait()
            if error is None:
                return True
            log.warning("deliveries_held", handler=self.method_name, error=error[0].__name__)
            self.awake.wait(PAUSE_S)
        return False

    def _acknowledge(self, delivery: Delivery, multiple: bool = True) -> None:
        if delivery.generation != self.inbound.generation:
            return
        try:
            with self.inbound.write_lock:
                delivery.message.channel.basic_ack(delivery.message.delivery_tag, multiple=multiple)
        except Exception as error:
            # The connection broke after the commit: the broker delivers again and the inbox skips it.
            log.warning("acknowledgement_lost", handler=self.method_name, error=what_failed(error))
        crash_point("after_ack")
