"""The only ways into a service.

    @rpc(needs=…)        somebody asks        one transaction; `unit=False`: none, the method opens short ones
    @on(SomeEvent, …)    a fact arrives       up to 100 deliveries in one transaction, once per event
    @every(seconds=…)    the clock ticks      no transaction; leased, so that replicas do not double it

Nameko answers a call, or acknowledges a message, before its dependencies hear of the result. A commit there would come too late, so it
happens in here. An `@rpc` method says what it needs (a capability, SIGNED_IN or INTERNAL) and, with `of`, which resource its first argument
names: the resource is looked up before the capability is judged, so that what one may not see is not found, whatever one may do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, Any

import structlog
from nameko.rpc import Rpc
from nameko.timer import Timer
from sqlalchemy import delete, update

from services.chassis.asking import Asking
from services.chassis.crash import crash_point
from services.chassis.database import EVENTS, Store, UnitOfWork
from services.chassis.inbound import AWAY, EventDeliveries
from services.chassis.insert import insert_new
from services.chassis.logs import what_failed
from services.chassis.parked import park, retry_due
from services.contracts.errors import Away, Conflict, NotSignedIn, Refusal
from services.contracts.message import REGISTRY, Envelope, Event, utc_now
from services.contracts.rpc import INTERNAL, SIGNED_IN

if TYPE_CHECKING:
    from services.chassis.service import Service

log = structlog.get_logger()


def rpc(*, needs: str, of: Callable | None = None, unit: bool = True) -> Callable:
    """Declare a promise kept. `of(service, db, asking, id)` returns the resource or raises NotFound; the method gets it in the id's place."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def answer(self: Service, *args: Any, **kwargs: Any) -> Any:
            try:
                asking = known(self, self.asking, needs)
                if unit:
                    return once(self, asking, lambda db: perform(self, db, asking, args, kwargs), [method.__name__, args, kwargs])
                if needs not in (INTERNAL, SIGNED_IN):
                    asking.require(needs)
                return method(self, asking, *args, **kwargs)
            except AWAY as error:
                log.error("database_away", service=self.name, error=what_failed(error))
                raise Away("La base de datos no responde. Inténtelo de nuevo dentro de unos segundos.") from error
            except Refusal:
                raise
            except Exception as error:
                log.error("call_failed", service=self.name, call=method.__name__, error=what_failed(error))
                raise

        def perform(self: Service, db: UnitOfWork, asking: Asking, args: tuple, kwargs: dict) -> Any:
            if of is not None:
                args = (of(self, db, asking, args[0]), *args[1:])
            if needs not in (INTERNAL, SIGNED_IN):
                asking.require(needs)
            return method(self, db, asking, *args, **kwargs)

        return Rpc.decorator(expected_exceptions=(Refusal,))(marked(answer, needs=needs))

    return decorate


def marked(entrypoint: Callable, **marks: Any) -> Callable:
    """What tests and the topology read off an entrypoint."""
    vars(entrypoint).update(marks)
    return entrypoint


def known(service: Service, asking: Asking, needs: str) -> Asking:
    """Who asks, with what they may see and do just now; raises NotSignedIn."""
    if needs == INTERNAL:
        return asking
    if not asking.user_id or not asking.tenant_id:
        raise NotSignedIn("Inicie sesión para continuar.")
    return asking.within(service.standing_of(asking))


def once(service: Service, asking: Asking, act: Callable[[UnitOfWork], Any], call: list) -> Any:
    """Act in one unit of work; a call with an idempotency key that was answered before gets the same answer and acts no more."""
    with service.db.begin(asking) as db:
        if not asking.idempotency_key:
            return act(db)
        answers = service.db.model.Answer
        digest = hashlib.sha256(json.dumps(call, sort_keys=True, default=str).encode()).hexdigest()
        known = db.get(answers, (asking.idempotency_key, asking.user_id, asking.tenant_id))
        if known is None:
            result = act(db)
            db.execute(delete(answers).where(answers.at < utc_now() - timedelta(days=1)))
            db.add(answers(key=asking.idempotency_key, user_id=asking.user_id, digest=digest, answer=result))
            return result
        if known.digest != digest:
            raise Conflict("Esta Idempotency-Key ya se usó con otros datos. Use una nueva para cada operación.")
        return known.answer


def on(*events: type[Event]) -> Callable:
    """Declare a handler of facts: `def file_notice(self, db, fact)`. It needs no guard against repeats."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def receive(self: Service, envelopes: list[Envelope]) -> None:
            try:
                apply(self, method, envelopes)
            except AWAY:
                raise
            except Exception as error:
                if len(envelopes) == 1:
                    park(self.db, method.__name__, envelopes[0], what_failed(error))
                    return
                for envelope in envelopes:
                    receive(self, [envelope])

        def retry(self: Service) -> int:
            return retry_due(self.db, method.__name__, lambda envelopes: apply(self, method, envelopes))

        return EventDeliveries.decorator(events, park_dead)(marked(receive, hears=events, retry=retry))

    return decorate


def park_dead(deliveries: EventDeliveries, envelope: Envelope, error: str) -> None:
    store = next(extension.store for extension in deliveries.container.extensions if hasattr(extension, "store"))
    park(store, deliveries.method_name, envelope, error)


def apply(service: Service, method: Callable, envelopes: list[Envelope]) -> None:
    """The effects of those events that are new, with their marks, in one commit."""
    handled = service.db.model.Handled
    handler = method.__name__
    with service.db.begin() as db:
        crash_point("before_inbox")
        marks = [{"handler": handler, "event_id": event_id, "at": utc_now()} for event_id in dict.fromkeys(envelope.id for envelope in envelopes)]
        new = insert_new(db, handled, marks, handled.event_id)
        crash_point("after_inbox")
        for envelope in envelopes:
            if envelope.id in new:
                new.discard(envelope.id)
                db.act_for(Asking(tenant_id=envelope.tenant_id, user_id=envelope.by, request_id=envelope.request_id, traceparent=envelope.trace))
                db.info["envelope"] = envelope
                method(service, db, opened(service.db, envelope))
        crash_point("after_effect")
    crash_point("after_effect_commit")


def opened(store: Store, envelope: Envelope) -> Event:
    fact = REGISTRY[envelope.topic]
    return fact(**fact.schema.loads(store.seals.open(envelope.tenant_id, EVENTS, envelope.sealed).decode(), unknown="exclude"))


def every(*, seconds: int) -> Callable:
    """Declare something that one process of the service does every so many seconds; the first time at once."""

    def decorate(method: Callable) -> Callable:
        @wraps(method)
        def tick(self: Service) -> None:
            try:
                if take_lease(self.db, f"{self.name}.{method.__name__}", seconds):
                    method(self)
            except Exception as error:
                # The next tick tries again; whatever the job had committed stands.
                log.error("tick_failed", service=self.name, job=method.__name__, error=what_failed(error))

        return Timer.decorator(interval=seconds, eager=True)(marked(tick, every=seconds))

    return decorate


def take_lease(store: Store, name: str, seconds: float, holder: str = "") -> bool:
    """Whether the job is this process's for so many seconds. A little less is asked, so that its own next tick finds it free."""
    lease, now = store.model.Lease, utc_now()
    with store.begin() as db:
        insert_new(db, lease, [{"name": name, "holder": "", "until": now}], lease.name)
        taken = update(lease).where(lease.name == name, lease.until <= now).values(holder=holder, until=now + timedelta(seconds=seconds * 0.9))
        return len(db.scalars(taken.returning(lease.name)).all()) == 1
