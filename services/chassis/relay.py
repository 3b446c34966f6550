"""From the outbox to the broker: what was committed leaves, oldest first, in batches of confirmed and mandatory publishes.

States of a row: unsent → claimed (until an instant) → sent. A relay claims rows in a short transaction, publishes them with no transaction
open, waits for the broker to confirm them all, and marks them sent. Several relays may run: a claim skips what another one holds.
Being killed between publishing and marking sends the rows again once the claim runs out; hearers skip what they have. A broker that is away
costs time, never an event: the rows stay. It is woken after each commit, and polls because waking is only a shortcut. The first event
leaves at once, those of the next tenth of a second together, so that a busy service pays for ten sendings a second, not for each event.
"""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import structlog
from kombu.exceptions import ChannelError
from nameko.extensions import SharedExtension
from sqlalchemy import Text, bindparam, cast, delete, or_, select, update

from services.chassis.broker import connect, exchange_name
from services.chassis.crash import crash_point
from services.chassis.logs import what_failed
from services.chassis.settings import Settings
from services.chassis.tables import Instant
from services.contracts.message import utc_now

if TYPE_CHECKING:
    from services.chassis.database import Store

log = structlog.get_logger()
BATCH = 500
CLAIM_S = 15
POLL_S = 2.0
PACE_S = 0.1
PAUSES_S = (0.2, 0.5, 1, 2, 5)
KEEP_SENT = timedelta(days=1)


class Row(NamedTuple):
    """An event in the outbox; `body` is the envelope as JSON, which is also what the broker carries."""

    id: str
    topic: str
    body: str


class Outlet:
    """One cached connection and channel with confirms; any error throws both away."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self.connection: Any = None
        self.channel: Any = None

    def publish(self, rows: list[Row]) -> list[str]:
        """The ids that the broker has confirmed, once it has answered for all; raises when it cannot be reached, having sent some perhaps.

        An id that is missing was refused: its queue is full, or no queue takes it.
        """
        if self.connection is None:
            self._open()
        self.refused: set[str] = set()
        crash_point("before_publish")
        for row in rows:
            self._send(row)
        crash_point("after_publish")
        while self.unsettled:
            self.connection.drain_events(timeout=CLAIM_S / 3)
        crash_point("after_confirm")
        return [row.id for row in rows if row.id not in self.refused]

    def _send(self, row: Row) -> None:
        self.number += 1
        self.unsettled[self.number] = row.id
        message = self.channel.prepare_message(
            row.body, content_type="application/json", content_encoding="utf-8", properties={"delivery_mode": 2, "message_id": row.id}
        )
        try:
            self.channel.basic_publish(message, exchange_name(row.topic.partition(".")[0]), row.topic, mandatory=True)
        except ChannelError as error:
            # Only the broker inside the process answers here; RabbitMQ returns the message, see `_on_return`.
            if "NO_ROUTE" not in str(error):
                raise
            del self.unsettled[self.number]
            self._refuse(row.id, row.topic)

    def beat(self) -> None:
        """Called every few seconds: a broker drops a connection that is silent for twice its heartbeat."""
        if self.connection is not None and self.connection.heartbeat:
            self.connection.heartbeat_check()

    def _open(self) -> None:
        self.connection = connect(self.settings)
        self.channel = self.connection.channel()
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._settle)
        self.channel.events["basic_nack"].add(self._on_nack)
        self.channel.events["basic_return"].add(self._on_return)
        self.number = 0
        self.unsettled: dict[int, str] = {}

    def _settle(self, tag: int, multiple: bool) -> list[str]:
        """The broker has answered for this delivery, and with `multiple` for all before it."""
        tags = [number for number in self.unsettled if number <= tag] if multiple else [tag]
        return [self.unsettled.pop(number) for number in tags if number in self.unsettled]

    def _on_nack(self, tag: int, multiple: bool) -> None:
        self.refused.update(self._settle(tag, multiple))

    def _on_return(self, reason: Any, exchange: str, routing_key: str, message: Any) -> None:
        self._refuse(message.properties["message_id"], routing_key)

    def _refuse(self, event_id: str, topic: str) -> None:
        log.error("event_taken_by_no_queue", event_id=event_id, topic=topic)
        self.refused.add(event_id)

    def close(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.release()


class Relay(SharedExtension):
    """The relay of one service process."""

    def __init__(self) -> None:
        super().__init__()
        self.store: Store
        self.stopping = False
        self.awake = threading.Event()

    def serve(self, store: Store) -> None:
        self.store = store

    def setup(self) -> None:
        self.settings: Settings = self.container.config["settings"]
        self.outlet = Outlet(self.settings)

    def start(self) -> None:
        if self.settings.is_embedded:
            self.send_again()
        self.thread = self.container.spawn_managed_thread(self.run, identifier="relay")

    def stop(self) -> None:
        self.stopping = True
        self.wake()
        self.thread.wait()
        self.outlet.close()

    def wake(self) -> None:
        self.awake.set()

    def run(self) -> None:
        failures = 0
        while not self.stopping:
            self.awake.clear()
            began = time.monotonic()
            try:
                self.outlet.beat()
                send_all(self.store, self.outlet)
                failures = 0
            except Exception as error:
                # Whatever it was, the rows are still there: the broker, the network or the database is away, so try again later.
                log.warning("relay_waits", service=self.store.publisher, error=what_failed(error))
                self.outlet.close()
                failures += 1
            self.awake.wait(PAUSES_S[min(failures, len(PAUSES_S)) - 1] if failures else POLL_S)
            time.sleep(max(0, began + PACE_S - time.monotonic()))

    def send_again(self) -> None:
        """Embedded: the queues died with the last process, so everything that is still kept is sent once more."""
        outgoing = self.store.model.Outgoing
        with self.store.begin() as db:
            db.execute(update(outgoing).values(sent_at=None, claimed_until=None))


def send_all(store: Store, outlet: Outlet) -> None:
    """Send what is unsent, oldest first, in batches. Refused rows stay claimed for a while, then are tried again."""
    rows = turn(store, [])
    while rows:
        try:
            confirmed = outlet.publish(rows)
        except Exception:
            release(store, rows)
            raise
        rows = turn(store, confirmed)
        crash_point("after_mark")


def turn(store: Store, confirmed: list[str]) -> list[Row]:
    """Mark what was confirmed as sent and claim what comes next, in one transaction."""
    outgoing, now = store.model.Outgoing, utc_now()
    with store.begin() as db:
        connection = db.connection()
        if confirmed:
            connection.execute(update(outgoing).where(outgoing.id.in_(confirmed)).values(sent_at=now))
        claimed = connection.execute(claiming(outgoing), {"now": now, "until": now + timedelta(seconds=CLAIM_S)})
        return sorted(Row(*row) for row in claimed)


@lru_cache
def claiming(outgoing: Any) -> Any:
    """The statement of every turn, which is most of what an idle relay does; so it is made once."""
    now, until = (bindparam(name, type_=Instant) for name in ("now", "until"))
    free = or_(outgoing.claimed_until.is_(None), outgoing.claimed_until < now)
    oldest = select(outgoing.id).where(outgoing.sent_at.is_(None), free).order_by(outgoing.id).limit(BATCH)
    # A CTE that locks is run once; a bare subquery may be run for each row of the update, and would take more than a batch.
    picked = oldest.with_for_update(skip_locked=True).cte("picked")
    claimed = update(outgoing).where(outgoing.id.in_(select(picked.c.id))).values(claimed_until=until)
    return claimed.returning(outgoing.id, outgoing.topic, cast(outgoing.envelope, Text))


def release(store: Store, rows: list[Row]) -> None:
    """Give back what was claimed and not confirmed; some of it may reach the broker twice."""
    outgoing = store.model.Outgoing
    with store.begin() as db:
        db.execute(update(outgoing).where(outgoing.id.in_([row.id for row in rows]), outgoing.sent_at.is_(None)).values(claimed_until=None))


def forget_sent(store: Store) -> None:
    """Sent rows are kept for a day, which is what an embedded start sends again."""
    outgoing = store.model.Outgoing
    with store.begin() as db:
        db.execute(delete(outgoing).where(outgoing.sent_at < utc_now() - KEEP_SENT))
