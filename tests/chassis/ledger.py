"""Two small services on the real chassis, for its own tests: a giver books entries and tells, a taker books each once.

They have names, an event and schemas of their own, so that they run on the same servers beside the product's services. The event is not
left in the registry, which the product's own lists are made from.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eventlet import GreenPool
from kombu.exceptions import ChannelError
from nameko.standalone.rpc import ClusterRpcProxy
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Mapped

from services.chassis import embedded  # noqa: F401  (registers the broker inside the process)
from services.chassis.asking import Asking
from services.chassis.broker import connect, dead_queue, nameko_config, topology
from services.chassis.database import Database, Store, driver_of, open_engine
from services.chassis.entrypoints import on, rpc
from services.chassis.migrations import grant, prepare_schema, protection, tenant_tables
from services.chassis.promises import Promise
from services.chassis.running import running
from services.chassis.sealing import Seals, make_key_file
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.tables import Tenanted, id_column, model_base
from services.contracts.errors import NotFound
from services.contracts.message import REGISTRY, Event, event
from services.contracts.rpc import INTERNAL, SIGNED_IN, Scope

Giving = model_base("giver")
Taking = model_base("taker")
POISON, MISTAKE = "poison", "mistake"


@event("giver")
class EntryGiven(Event):
    """The giver booked an entry."""

    name: str


del REGISTRY[EntryGiven.topic]


class Given(Tenanted, Giving):
    __tablename__ = "given"
    id: Mapped[str] = id_column()
    name: Mapped[str]


class Taken(Tenanted, Taking):
    __tablename__ = "taken"
    id: Mapped[str] = id_column()
    name: Mapped[str]


def visible_entry(service, db, asking, name):
    """An entry of the tenant that does not start with `hidden`."""
    found = db.scalar(select(Given).where(Given.name == name))
    if found is None or found.name.startswith("hidden"):
        raise NotFound()
    return found


def book(db, names):
    """An entry and an event a name."""
    for name in names:
        db.add(Given(name=name))
        db.publish(EntryGiven(name=name))
    return len(names)


class Giver(Service):
    name = "giver"
    db = Database(Giving)
    taker = Promise("taker")

    def standing_of(self, asking):
        """A user is called after what it may do."""
        return Scope(asking.user_id, frozenset(asking.user_id.split("+")), frozenset(), frozenset())

    @rpc(needs=INTERNAL)
    def give(self, db, asking, names):
        """One unit of work with an entry and an event a name."""
        return book(db, names)

    @rpc(needs=INTERNAL, unit=False)
    def give_in_units(self, asking, names, size, at_once):
        """The names in units of work of `size` each, `at_once` of them at the same time."""
        units = [names[start : start + size] for start in range(0, len(names), size)]

        def one(some):
            with self.db.begin(asking) as db:
                book(db, some)

        for _ in GreenPool(at_once).imap(one, units):
            pass

    @rpc(needs=INTERNAL)
    def give_and_fail(self, db, asking, name):
        db.add(Given(name=name))
        db.publish(EntryGiven(name=name))
        db.flush()
        raise KeyError(name)

    @rpc(needs=INTERNAL)
    def given(self, db, asking):
        return sorted(db.scalars(select(Given.name)))

    @rpc(needs=SIGNED_IN, reads=True)
    def beginning(self, db, asking, with_):
        return sorted(db.scalars(select(Given.name).where(Given.name.startswith(with_))))

    @rpc(needs="entries.write", of=visible_entry, reads=True)
    def length(self, db, asking, entry):
        return len(entry.name)

    @rpc(needs="entries.write", of=visible_entry)
    def rename(self, db, asking, entry, name):
        entry.name = name

    @rpc(needs=SIGNED_IN)
    def give_as_user(self, db, asking, name):
        return book(db, [name])

    @rpc(needs=INTERNAL)
    def ask_inside(self, db, asking):
        return self.taker.taken()

    @rpc(needs=INTERNAL, unit=False)
    def ask_outside(self, asking):
        return self.taker.taken()

    @rpc(needs=INTERNAL, unit=False)
    def give_outside(self, asking, name):
        with self.db.begin(asking) as db:
            return book(db, [name])

    @rpc(needs=INTERNAL, unit=False, secret=True)
    def give_a_secret(self, asking, name):
        with self.db.begin(asking) as db:
            book(db, [name])
            return "s3cret"


class Taker(Service):
    name = "taker"
    db = Database(Taking)
    antidote: set[str] = set()

    @on(EntryGiven)
    def take(self, db, fact):
        if fact.name.startswith(POISON) and fact.name not in self.antidote:
            raise KeyError(fact.name)
        if fact.name.startswith(MISTAKE):
            db.execute(text("SELECT nothing FROM nowhere"))
        db.add(Taken(name=fact.name))

    @rpc(needs=INTERNAL)
    def taken(self, db, asking):
        return sorted(db.scalars(select(Taken.name)))


@dataclass
class Ledger:
    settings: Settings
    runner: Any

    @contextlib.contextmanager
    def asked(self, tenant_id: str = "t1", **context: str) -> Iterator[Any]:
        with asked(self.settings, tenant_id, **context) as services:
            yield services

    def store(self, name: str) -> Store:
        return next(d.store for d in self.runner.service_map[name].dependencies if hasattr(d, "store"))

    def taken(self, tenant_id: str) -> list[str]:
        """The names that the taker has booked for a tenant, each as often as it stands there."""
        return booked(self.store("taker"), Taken, tenant_id)


@contextlib.contextmanager
def asked(settings: Settings, tenant_id: str, timeout_s: float = 30, **context: str) -> Iterator[Any]:
    with ClusterRpcProxy(nameko_config(settings), context_data={"tenant_id": tenant_id, **context}, timeout=timeout_s) as services:
        yield services


def booked(store: Store, table: type, tenant_id: str) -> list[str]:
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        return sorted(db.scalars(select(table.name)))


def store_of(settings: Settings, model: type) -> Store:
    """A store beside the running services', for looking."""
    return Store(model, settings.database_for(model.service), Seals.from_file(settings.sealing_key_path))


def make_tables(settings: Settings) -> None:
    for model in (Giving, Taking):
        make_tables_of(settings, model)


def make_tables_of(settings: Settings, model: type) -> None:
    """New and empty, straight from the model: these services have no migrations."""
    if settings.is_embedded:
        model.metadata.create_all(open_engine(settings.database_for(model.service), model.service))
    else:
        make_schema(settings, model)


def make_schema(settings: Settings, model: type) -> None:
    owner = create_engine(driver_of(settings.migrate_url))
    with owner.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {model.service} CASCADE"))
    prepare_schema(settings, model.service)
    with open_engine(settings.migrate_url, model.service).begin() as connection:
        model.metadata.create_all(connection)
        for statement in (statement for table in tenant_tables(model) for statement in protection(table)):
            connection.execute(text(statement))
    grant(settings, model.service)


def empty_queues(settings: Settings) -> None:
    """Of what an earlier ledger on the same broker may have left. They are not deleted: RabbitMQ 3.10 may break one that is made again."""
    with connect(settings) as connection:
        for queue in topology([Giver, Taker]):
            for name in (queue.name, dead_queue(queue.name).name):
                with contextlib.suppress(ChannelError):
                    connection.channel().queue_purge(name)


def prepare(settings: Settings) -> None:
    make_key_file(settings.sealing_key_path)
    make_tables(settings)
    empty_queues(settings)


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Ledger]:
    prepare(settings)
    with running(settings, [Giver, Taker], [Giver, Taker]) as runner:
        yield Ledger(settings, runner)


def settings_in(folder: Path) -> Settings:
    return Settings(data_dir=folder)
