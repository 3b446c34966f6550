"""Two small services on the real chassis, for the tests of the chassis itself: a giver books entries, a taker books each once.

They use the schemas, queues and topics of two real services' names, so they run in worlds of their own, never beside the product's services.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from nameko.standalone.rpc import ClusterRpcProxy
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import Mapped

from services.chassis.broker import nameko_config
from services.chassis.database import Database, open_engine
from services.chassis.entrypoints import on, rpc
from services.chassis.running import running
from services.chassis.sealing import make_key_file
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.chassis.tables import Tenanted, id_column, model_base
from services.contracts.events import TenantCreated
from services.contracts.rpc import INTERNAL

Giving = model_base("access")
Taking = model_base("notifications")
POISON = "poison"


class Given(Tenanted, Giving):
    __tablename__ = "given"
    id: Mapped[str] = id_column()
    name: Mapped[str]


class Taken(Tenanted, Taking):
    __tablename__ = "taken"
    id: Mapped[str] = id_column()
    name: Mapped[str]


class Giver(Service):
    name = "access"
    db = Database(Giving)

    @rpc(needs=INTERNAL)
    def give(self, db, asking, names):
        """One unit of work with an entry and an event a name."""
        for name in names:
            db.add(Given(name=name))
            db.publish(TenantCreated(tenant_id=asking.tenant_id, name=name))

    @rpc(needs=INTERNAL)
    def give_and_fail(self, db, asking, name):
        db.add(Given(name=name))
        db.publish(TenantCreated(tenant_id=asking.tenant_id, name=name))
        db.flush()
        raise KeyError(name)

    @rpc(needs=INTERNAL)
    def given(self, db, asking):
        return sorted(db.scalars(select(Given.name)))


class Taker(Service):
    name = "notifications"
    db = Database(Taking)
    antidote = set()

    @on(TenantCreated)
    def take(self, db, fact):
        if fact.name.startswith(POISON) and fact.name not in self.antidote:
            raise KeyError(fact.name)
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
        with ClusterRpcProxy(nameko_config(self.settings), context_data={"tenant_id": tenant_id, **context}, timeout=30) as services:
            yield services

    def store(self, name: str) -> Any:
        return next(d.store for d in self.runner.service_map[name].dependencies if hasattr(d, "store"))


def make_tables(settings: Settings) -> None:
    """Straight from the models: the migrations belong to the real services of these names."""
    for model in (Giving, Taking):
        if settings.migrate_url:
            make_schema(settings, model.service)
        model.metadata.create_all(open_engine(settings.migrate_url or settings.database_for(model.service), model.service))
        if settings.migrate_url:
            secure(settings, model.service, "given" if model is Giving else "taken")


def make_schema(settings: Settings, service: str) -> None:
    with create_engine(settings.migrate_url).begin() as owner:
        owner.execute(text(f"DROP SCHEMA IF EXISTS {service} CASCADE"))
        owner.execute(text(f"CREATE SCHEMA {service}"))
        if not owner.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": f"casillero_{service}"}):
            owner.execute(text(f"CREATE ROLE casillero_{service} LOGIN NOSUPERUSER NOBYPASSRLS"))


def secure(settings: Settings, service: str, table: str) -> None:
    own = "tenant_id = nullif(current_setting('app.tenant', true), '')"
    with create_engine(settings.migrate_url).begin() as owner:
        owner.execute(text(f"GRANT USAGE ON SCHEMA {service} TO casillero_{service}"))
        owner.execute(text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {service} TO casillero_{service}"))
        for name in (table, "answers"):
            owner.execute(text(f"ALTER TABLE {service}.{name} ENABLE ROW LEVEL SECURITY"))
            owner.execute(text(f"ALTER TABLE {service}.{name} FORCE ROW LEVEL SECURITY"))
            owner.execute(text(f"CREATE POLICY tenant_only ON {service}.{name} USING ({own}) WITH CHECK ({own})"))


@contextlib.contextmanager
def opened(settings: Settings) -> Iterator[Ledger]:
    make_key_file(settings.sealing_key_path)
    make_tables(settings)
    with running(settings, [Giver, Taker], [Giver, Taker]) as runner:
        yield Ledger(settings, runner)
