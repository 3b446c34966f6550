"""The services of a world, asked like those of `tests.in_process`: over their broker, with everything that runs beside them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select

from gateway.rpc import Caller
from services.chassis.asking import NOBODY, Asking
from services.chassis.broker import handlers_of, nameko_config
from tests.worlds import PATIENCE_S, World, classes, until


class AskedOver:
    """A service, asked on behalf of somebody with each call anew: all share one reply queue."""

    def __init__(self, caller: Caller, name: str, asking: Asking):
        self._caller, self._name, self._asking = caller, name, asking

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *args: getattr(getattr(self._caller.on_behalf_of(self._asking), self._name), method)(*args)


class RunningHouse:
    def __init__(self, world: World, names: list[str]):
        self.caller = Caller(nameko_config(world.settings), timeout=PATIENCE_S)
        self.caller.start()
        self.stores = {name: world.store(name) for name in names}
        self.hearers = [
            (world.store(kind.name), handler, {event.topic for event in events})
            for kind in classes()
            for handler, events in handlers_of(kind).items()
        ]
        # Other tests have been here: what they left is theirs.
        self.settled: set[str] = set()
        self.settled = set(self._new())
        self.parked_before = self._parked()

    def ask(self, name: str, asking: Asking = NOBODY) -> AskedOver:
        return AskedOver(self.caller, name, asking)

    def deliver(self) -> None:
        """Wait until every event that was decided so far, and every one that came of it, has been handled by all who hear it."""
        while new := self._new():
            for event_id, topic in new.items():
                for store, handler, topics in self.hearers:
                    if topic in topics:
                        until(lambda: self._is_handled(store, handler, event_id), f"{handler} heard {topic}")  # noqa: B023
            self.settled |= set(new)

    def _new(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for store in self.stores.values():
            outgoing = store.model.Outgoing
            with store.begin() as db:
                found |= {id: topic for id, topic in db.execute(select(outgoing.id, outgoing.topic)) if id not in self.settled}
        return found

    def _is_handled(self, store: Any, handler: str, event_id: str) -> bool:
        with store.begin() as db:
            return db.get(store.model.Handled, (handler, event_id)) is not None

    def parked(self) -> dict[str, int]:
        return {name: count for name, count in self._parked().items() if count > self.parked_before[name]}

    def _parked(self) -> dict[str, int]:
        counts = {}
        for name, store in self.stores.items():
            with store.begin() as db:
                counts[name] = db.scalar(select(func.count()).select_from(store.model.Parked))
        return counts

    def close(self) -> None:
        self.caller.stop()
