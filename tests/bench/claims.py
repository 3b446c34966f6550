"""A million mailboxes of 2,002 tenants, one of which owns half: how fast and how fairly they are claimed, and what an idle look costs.

Several workers share one process here, so that their claims meet in the database; no mailbox may be claimed twice.
"""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import eventlet
from sqlalchemy import Engine, create_engine, text

from deploy.private_servers import private_servers
from services.chassis.database import Store, driver_of
from services.chassis.migrations import migrate
from services.chassis.sealing import Seals, make_key_file
from services.mailbox_sync import claims
from services.mailbox_sync.models import Model
from tests.worlds import deployed_settings

VAR = Path("var/bench")
MAILBOXES, SECONDS, CLAIM = 1_000_000, 5, 50
PLANT = """
    insert into due (mailbox_id, tenant_id, body, due_at, urgent, failures, leased_by, fence)
    select 'm' || g, case when random() < .5 then 'big' else 't' || (1 + (random() * 2000)::int) end, 'dehu',
           clock_timestamp() - random() * interval '1 hour', false, 0, '', 0
    from generate_series(1, :mailboxes) g
"""


def run() -> dict[str, Any]:
    folder = VAR.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    make_key_file(folder / "sealing.key")
    with private_servers(folder / "servers") as servers:
        settings = deployed_settings(folder, servers)
        owner = create_engine(driver_of(settings.migrate_url), isolation_level="AUTOCOMMIT")
        plant(owner, lambda: migrate(settings, ["mailbox_sync"]))
        store = Store(Model, settings.database_for("mailbox_sync"), Seals.from_file(settings.sealing_key_path))
        found = {name: value for workers in (1, 4) for name, value in claimed(store, workers).items()}
        with owner.connect() as connection:
            connection.execute(text("update mailbox_sync.due set due_at = clock_timestamp() + interval '1 hour'"))
            connection.execute(text("vacuum analyze mailbox_sync.due"))
        return found | {"a look when nothing is due, ms": round(looked(store), 2)}


def plant(owner: Engine, make_tables: Any) -> None:
    with owner.connect() as connection:
        connection.execute(text("drop schema if exists mailbox_sync cascade"))
    make_tables()
    with owner.connect() as connection:
        connection.execute(text("set search_path = mailbox_sync"))
        connection.execute(text(PLANT), {"mailboxes": MAILBOXES})
        connection.execute(text("insert into turns select distinct tenant_id, timestamptz '2000-01-01' from due"))
        connection.execute(text("analyze"))


def claimed(store: Store, workers: int) -> dict[str, Any]:
    ends_at, taken = time.monotonic() + SECONDS, []

    def work(name: str) -> None:
        while time.monotonic() < ends_at:
            with store.begin() as db:
                taken.extend(claims.claim(db, name, CLAIM))

    for thread in [eventlet.spawn(work, f"w{number}") for number in range(workers)]:
        thread.wait()
    assert len({(one.mailbox_id, one.fence) for one in taken}) == len(taken), "a mailbox was claimed twice"
    served = Counter(one.tenant_id for one in taken)
    return {
        f"claims/s, {workers} worker(s)": round(len(taken) / SECONDS),
        f"most and least served tenant, {workers} worker(s)": (max(served.values()), min(served.values())),
    }


def looked(store: Store, times: int = 50) -> float:
    began = time.monotonic()
    for _ in range(times):
        with store.begin() as db:
            assert claims.claim(db, "idle", CLAIM) == []
    return (time.monotonic() - began) / times * 1000


if __name__ == "__main__":
    print(run())
