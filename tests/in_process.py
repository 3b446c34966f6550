"""The real services without a broker: calls and events go straight from one to the other, so that a story of many steps takes milliseconds.

A call goes through the service's own entrypoint; events leave through the outbox, are claimed as the relay does, and are handed to every
handler that hears them. What the broker adds (batches over a network, redelivery, order) is tested where it is: here everything has arrived
when `deliver` returns.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from services.catalogue import service_class
from services.chassis.asking import NOBODY, Asking
from services.chassis.broker import handlers_of
from services.chassis.database import Store, outside_units
from services.chassis.migrations import migrate
from services.chassis.promises import Promise
from services.chassis.relay import turn
from services.chassis.sealing import Seals, make_key_file
from services.chassis.settings import Settings
from services.contracts.message import Envelope


def without_waiting_for_the_disk(connection: Any, record: Any) -> None:
    """These files need not outlive a loss of power."""
    connection.execute("PRAGMA synchronous=OFF")


class Asked:
    """A service as another one sees it."""

    def __init__(self, house: House, name: str, asking: Asking):
        self._house, self._name, self._asking = house, name, asking

    def asking(self, asking: Asking) -> Asked:
        return Asked(self._house, self._name, asking)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def ask(*args: Any, **kwargs: Any) -> Any:
            outside_units(f"asking {self._name}.{method}")
            return getattr(self._house.worker(self._name, self._asking), method)(*args, **kwargs)

        return ask


class House:
    """Some services on SQLite files of their own in a folder."""

    def __init__(self, folder: Path, names: list[str]):
        settings = Settings(data_dir=folder)
        make_key_file(settings.sealing_key_path)
        migrate(settings, names)
        seals = Seals.from_file(settings.sealing_key_path)
        self.classes = {name: service_class(name) for name in names}
        self.stores = {name: Store(kind.db.model, settings.database_for(name), seals) for name, kind in self.classes.items()}
        for store in self.stores.values():
            event.listen(store.engine, "connect", without_waiting_for_the_disk)

    def worker(self, name: str, asking: Asking) -> Any:
        """A new instance, as Nameko makes one a call."""
        worker = self.classes[name]()
        worker.db, worker.asking = self.stores[name], asking
        for attribute, promise in inspect.getmembers(type(worker), lambda member: isinstance(member, Promise)):
            setattr(worker, attribute, Asked(self, promise.target_service, asking.without_key()))
        return worker

    def ask(self, name: str, asking: Asking = NOBODY) -> Any:
        return Asked(self, name, asking)

    @cached_property
    def hearers(self) -> list[tuple[str, str, set[str]]]:
        """(service, handler, topics)."""
        return [
            (name, handler, {event.topic for event in events})
            for name, kind in self.classes.items()
            for handler, events in handlers_of(kind).items()
        ]

    def deliver(self) -> None:
        """Every event that was decided, and every one that follows from it, has had its effect when this returns."""
        while any([self._deliver_from(store) for store in self.stores.values()]):
            pass

    def _deliver_from(self, store: Store) -> bool:
        rows = turn(store, [])
        for name, handler, topics in self.hearers:
            heard = [Envelope.from_wire(json.loads(row.body)) for row in rows if row.topic in topics]
            if heard:
                getattr(self.worker(name, NOBODY), handler)(heard)
        if rows:
            turn(store, [row.id for row in rows])
        return bool(rows)

    def parked(self) -> dict[str, int]:
        """Service → events that a handler could not deal with; nothing when all is well."""
        counts = {}
        for name, store in self.stores.items():
            with store.begin() as db:
                counts[name] = db.scalar(select(func.count()).select_from(store.model.Parked))
        return {name: count for name, count in counts.items() if count}
