"""The only ways into a service.

    @rpc(needs=…)        somebody asks        one transaction; `unit=False`: none, the method opens short ones
    @on(SomeEvent, …)    a fact arrives       up to 100 deliveries in one transaction, once per event
    @every(seconds=…)    the clock ticks      no transaction; leased, so that replicas do not double it

Nameko answers a call, or acknowledges a message, before its dependencies hear of the result. A commit there would come too late, so it
happens in here. An `@rpc` method says what it needs (a capability, SIGNED_IN or INTERNAL) and, with `of`, which resource its first argument
names: the resource is looked up before the capability is judged, so that what one may not see is not found, whatever one may do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import structlog
from nameko.rpc import Rpc
from nameko.timer import Timer

from services.chassis.answers import once, once_outside
from services.chassis.asking import Asking
from services.chassis.away import is_away
from services.chassis.crash import crash_point
from services.chassis.database import EVENTS, Store, UnitOfWork
from services.chassis.inbound import EventDeliveries
from services.chassis.insert import insert_new
from services.chassis.leases import kept, take_lease
from services.chassis.logs import what_failed
from services.chassis.marks import without_the_erased
from services.chassis.parked import park, retry_due
from services.contracts.errors import Away, NotSignedIn, Refusal
from services.contracts.message import Envelope, Event, utc_now
from services.contracts.rpc import INTERNAL, SIGNED_IN
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.chassis.service import Service

log = structlog.get_logger()


def rpc(  # noqa: PLR0913 (each says another thing of a promise)
    *, needs: str, of: Callable | None = None, unit: bool = True, keyed: bool = True, secret: bool = False, reads: bool = False
) -> Callable:
    """Declare a promise kept. `of(service, db, asking, id)` returns the resource or raises NotFound; the method gets it for the id.

    `keyed=False`: an `Idempotency-Key` does not matter, because repeating does no harm. `secret`, for a method without a unit: its answer
    is shown once and not kept. `reads`: it changes nothing, so that a page may ask it `together` with others.
    """
    if reads and (needs == INTERNAL or not unit):
        raise ValueError("whoever is signed in may ask it, in a unit of work with others")

    def decorate(method: Callable) -> Callable:
        def act(self: Service, db: UnitOfWork, asking: Asking, args: tuple, kwargs: dict) -> Any:
            if of is not None:
                args = (of(self, db, asking, args[0]), *args[1:])
            allow(asking, needs)
            return method(self, db, asking, *args, **kwargs)

        @wraps(method)
        def answer(self: Service, *args: Any, **kwargs: Any) -> Any:
            call = [method.__name__, args, kwargs]
            with refusing_plainly(self.name, method.__name__):
                asking = known(self, self.asking if keyed else self.asking.without_key(), needs)
                if unit:
                    with self.db.begin(asking) as db:
                        return once(db, call, lambda: act(self, db, asking, args, kwargs))
                allow(asking, needs)
                return once_outside(self.db, asking, call, lambda: method(self, asking, *args, **kwargs), secret=secret)

        marks = {"needs": needs, "read": act} if reads else {"needs": needs}
        return Rpc.decorator(expected_exceptions=(Refusal,))(marked(answer, **marks))

    return decorate


def marked(entrypoint: Callable, **marks: Any) -> Callable:
    """What tests and the topology read off an entrypoint."""
    vars(entrypoint).update(marks)
    return entrypoint


@contextmanager
def refusing_plainly(service: str, call: str) -> Iterator[None]:
    """A database that is away becomes the refusal Away; any other fault is logged and stays what it is."""
    try:
        yield
    except Refusal:
        raise
    except Exception as error:
        log.error("call_failed", service=service, call=call, error=what_failed(error))
        if is_away(error):
            raise Away(said("La base de datos no responde. Inténtelo de nuevo dentro de unos segundos.")) from error
        raise


def allow(asking: Asking, needs: str) -> None:
    if needs not in (INTERNAL, SIGNED_IN):
        asking.require(needs)


def known(service: Service, asking: Asking, needs: str) -> Asking:
    """Who asks, with what they may see and do just now; raises NotSignedIn."""
    if needs == INTERNAL:
        return asking
    if not asking.user_id or not asking.tenant_id:
        raise NotSignedIn(said("Inicie sesión para continuar."))
    return asking.within(service.standing_of(asking))


def on(*events: type[Event]) -> Callable:
    """Declare a handler of facts: `def file_notice(self, db, fact)`. It needs no guard against repeats, nor against what was erased."""
    heard = {event.topic: event for event in events}

    def decorate(method: Callable) -> Callable:
        def apply(self: Service, envelopes: list[Envelope]) -> None:
            """The effects of those events that are new, with their marks, in one commit."""
            envelopes = sorted(envelopes, key=lambda envelope: envelope.tenant_id)
            with self.db.begin(caused(envelopes[0])) as db:
                crash_point("before_inbox")
                new = mark_handled(db, method.__name__, envelopes)
                crash_point("after_inbox")
                told = [(envelope, opened(self.db, envelope, heard)) for envelope in new]
                for envelope, fact in told if self.stays else without_the_erased(db, told):
                    db.act_for(caused(envelope))
                    db.info["envelope"] = envelope
                    method(self, db, fact)
                crash_point("after_effect")
            crash_point("after_effect_commit")

        @wraps(method)
        def receive(self: Service, envelopes: list[Envelope]) -> None:
            try:
                apply(self, envelopes)
            except Exception as error:
                if is_away(error):
                    raise
                if len(envelopes) == 1:
                    park(self.db, method.__name__, envelopes[0], what_failed(error))
                    return
                for envelope in envelopes:
                    receive(self, [envelope])

        def retry(self: Service) -> None:
            retry_due(self.db, method.__name__, lambda envelopes: apply(self, envelopes))

        return EventDeliveries.decorator(events, park_dead)(marked(receive, hears=events, retry=retry))

    return decorate


def park_dead(deliveries: EventDeliveries, envelope: Envelope, error: str) -> None:
    store = next(extension.store for extension in deliveries.container.extensions if hasattr(extension, "store"))
    park(store, deliveries.method_name, envelope, error)


def mark_handled(db: UnitOfWork, handler: str, envelopes: list[Envelope]) -> list[Envelope]:
    """Those that this handler has not handled before, each once, in the order given."""
    handled, now = db.store.model.Handled, utc_now()
    copies = {envelope.id: envelope for envelope in envelopes}
    new = insert_new(db, handled, [{"handler": handler, "event_id": event_id, "at": now} for event_id in copies], handled.event_id)
    return [envelope for event_id, envelope in copies.items() if event_id in new]


def caused(envelope: Envelope) -> Asking:
    """Whoever caused an event is who its handlers act for."""
    return Asking(tenant_id=envelope.tenant_id, user_id=envelope.by, request_id=envelope.request_id, traceparent=envelope.trace)


def opened(store: Store, envelope: Envelope, heard: dict[str, type[Event]]) -> Event:
    return heard[envelope.topic].read(json.loads(store.seals.open(envelope.tenant_id, EVENTS, envelope.sealed)))


def every(*, seconds: int) -> Callable:
    """Declare something that one process of the service does every so many seconds; the first time at once."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def tick(self: Service) -> None:
            try:
                name = f"{self.name}.{method.__name__}"
                if take_lease(self.db, name, seconds):
                    with kept(self.db, name, seconds):
                        method(self)
            except Exception as error:
                # The next tick tries again; whatever the job had committed stands.
                log.error("tick_failed", service=self.name, job=method.__name__, error=what_failed(error))

        return Timer.decorator(interval=seconds, eager=True)(marked(tick, every=seconds))

    return decorate
