"""A deployed site for measuring: services in processes of their own on private servers, and large portfolios put in by the shortest way."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import create_engine, text

from deploy.private_servers import private_servers
from deploy.sandbox.client import started_sandbox
from deploy.sandbox.people import Party, invent_parties
from services.chassis.asking import Asking
from services.chassis.database import Store, driver_of
from services.chassis.migrations import model_of
from services.chassis.sealing import Seals
from services.chassis.settings import Settings
from services.clients.records import register_all
from services.contracts.rpc import Scope
from tests import sites
from tests.sites import Firm, Site
from tests.visitors import Person

BATCH = 500
QUIET_S = 5.0
VAR = Path("var/bench")


@contextlib.contextmanager
def deployed(workers: int = 1) -> Iterator[tuple[Site, Any]]:
    """The site and the administrator's connection to its PostgreSQL."""
    VAR.mkdir(parents=True, exist_ok=True)
    folder = VAR.resolve()
    with private_servers(folder / "servers") as servers, started_sandbox(folder / "sandbox") as sandbox:
        reset(servers.postgres_admin_url)
        with sites.deployed(folder, sandbox, servers, sites.ONE_EACH, workers) as site:
            engine = create_engine(driver_of(servers.postgres_admin_url), isolation_level="AUTOCOMMIT")
            yield site, engine
            engine.dispose()


def reset(url: str) -> None:
    """An earlier run's tables go: a benchmark starts from nothing."""
    engine = create_engine(driver_of(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as owner:
        for schema in owner.scalars(text("select nspname from pg_namespace where nspname !~ '^(pg_|information_schema|public)'")).all():
            owner.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


def register_many(site: Site, person: Person, group_ids: list[str], count: int) -> list[tuple[str, Party]]:
    """Straight through the service's own code, which takes lists; the facts leave as events like any other."""
    me = person.get("/api/me").body
    scope = Scope(me["id"], frozenset(me["capabilities"]), frozenset(group["id"] for group in me["groups"]), frozenset())
    asking = Asking(tenant_id=me["tenant"]["id"], user_id=me["id"], scope=scope)
    settings = Settings.from_env(site.environment)
    store = Store(model_of("clients"), settings.database_for("clients"), Seals.from_file(settings.sealing_key_path))
    made: list[tuple[str, Party]] = []
    parties = invent_parties(Random(count), count)
    for start in range(0, count, BATCH):
        batch = parties[start : start + BATCH]
        with store.begin(asking) as db:
            groups = [group_ids[start // BATCH % len(group_ids)]]
            new = [{"tax_id": str(party.tax_id), "name": party.name, "group_ids": groups} for party in batch]
            made += [(client.id, party) for client, party in zip(register_all(db, asking, new), batch, strict=True)]
    store.engine.dispose()
    return made


def settled(postgres: Any) -> None:
    """Comes back when every service has heard of everything, as on the day after: what is measured next is not what moving a firm in costs.

    The tables are swept as PostgreSQL itself does within minutes, so that its planner knows them and an index alone is enough to count.
    """
    done, since = (-1, -1), time.monotonic()
    with postgres.connect() as owner:
        schemas = owner.scalars(text("select schemaname from pg_tables where tablename = 'outbox'")).all()
        unsent = " + ".join(f"(select count(*) from {schema}.outbox where sent_at is null)" for schema in schemas)
        handled = " + ".join(f"(select count(*) from {schema}.handled)" for schema in schemas)
        while done[0] or time.monotonic() - since < QUIET_S:
            time.sleep(QUIET_S / 10)
            found = tuple(owner.execute(text(f"select {unsent}, {handled}")).one())
            done, since = found, since if found == done else time.monotonic()
        owner.exec_driver_sql("VACUUM ANALYZE")


def at_once(calls: list[Any], threads: int = 8) -> list[Any]:
    with ThreadPoolExecutor(threads) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def manager_of(firm: Firm) -> tuple[Person, list[str]]:
    group_ids = [firm.group(name) for name in ("Norte", "Sur", "Este", "Oeste")]
    return firm.user("manager", group_ids), group_ids
