"""A whole day of the TEU, as the service reads it, with a million watched ids: `python -m tests.bench teu_day`.

Measured from the moment the day is due until it is done: index and PDFs from the sandbox over TLS (another process, PDFs made beforehand),
text in bounded children, tax ids found, mentions and matches committed, matches in the outbox. Embedded is SQLite, deployed PostgreSQL.
"""

from __future__ import annotations

import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from random import Random
from types import SimpleNamespace

import requests
from sqlalchemy import func, insert, select

from deploy.private_servers import private_servers
from deploy.sandbox.client import Sandbox, started_sandbox
from services.chassis.asking import Asking
from services.chassis.database import Store
from services.chassis.migrations import migrate
from services.chassis.sealing import Seals, make_key_file
from services.chassis.settings import Settings
from services.contracts.message import utc_now
from services.teu_watcher import schedule
from services.teu_watcher.catching_up import read_due
from services.teu_watcher.edict import HASHING, ReadingRoom, hash_of
from services.teu_watcher.models import Client, Day, Edict, Mention, Model, Watched
from tests.bench.teu import LETTERS, WATCHED, Figures, _edict
from tests.worlds import deployed_settings

EDICTS, TENANTS, ROWS = 600, 200, 5_000
VAR = Path(__file__).parents[2] / "var" / "tests"


def run() -> Figures:
    return in_world("embedded") | in_world("deployed")


def in_world(world: str) -> Figures:
    VAR.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=VAR)))
        folder.chmod(0o755)
        sandbox = stack.enter_context(started_sandbox(folder / "sandbox"))
        asked = {"teu_url": sandbox.url, "bodies_ca_file": sandbox.ca_file, "teu_source": "on", "teu_requests_per_s": 0.0}
        embedded = Settings(data_dir=folder, **asked)
        settings = (
            embedded if world == "embedded" else deployed_settings(folder, stack.enter_context(private_servers(folder / "s")), **asked)
        )
        make_key_file(settings.sealing_key_path)
        migrate(settings, ["teu_watcher"])
        store = Store(Model, settings.database_for("teu_watcher"), Seals.from_file(settings.sealing_key_path))
        watch_a_million(store)
        day, size = publish(sandbox)
        figures = measure(settings, store, day, size)
        store.engine.dispose()
    return {f"{world}: {name}": value for name, value in figures.items()}


def watch_a_million(store: Store) -> None:
    """As the watch list has them; rows of `clients` for as many, spread over the firms."""
    numbers = Random(20260914).sample(range(10_000_000, 100_000_000), WATCHED)
    key = store.seals.hashing_key(HASHING)
    for start in range(0, WATCHED, ROWS):
        tenant_id = f"firm-{start // ROWS % TENANTS}"
        some = [(tenant_id, f"client-{number}", f"{number}{LETTERS[number % 23]}") for number in numbers[start : start + ROWS]]
        with store.begin(Asking(tenant_id=tenant_id)) as db:
            clients = [{"tenant_id": firm, "id": name, "tax_id": tax_id, "version": 1} for firm, name, tax_id in some]
            db.execute(insert(Client), clients)
            db.execute(
                insert(Watched), [{"tenant_id": firm, "client_id": name, "hash": hash_of(key, tax_id)} for firm, name, tax_id in some]
            )


def publish(sandbox: Sandbox) -> tuple[schedule.date, int]:
    """Half prose with one id, half tables of 32 to 350 rows; one id in ninety is watched. Each PDF is made by asking for it once."""
    random, day = Random(7), schedule.previous(schedule.today(utc_now()))
    ids = sandbox.edicts(day, [_edict(random, number) for number in range(EDICTS)])
    with requests.Session() as session:
        session.trust_env, session.verify = False, sandbox.ca_file
        return day, sum(len(session.get(f"{sandbox.url}/boe_n/dias/{day:%Y/%m/%d}/not.php?id={name}", timeout=60).content) for name in ids)


def measure(settings: Settings, store: Store, day: schedule.date, size: int) -> Figures:
    room = ReadingRoom()
    room.container = SimpleNamespace(config={"settings": settings})
    room.setup()
    read_due(room, store, threading.Event())
    with store.begin() as db:
        db.add(Day(published_on=day, next_at=utc_now()))
    started = time.perf_counter()
    read_due(room, store, threading.Event())
    took_s = time.perf_counter() - started
    room.stop()
    with store.begin() as db:
        assert db.get_one(Day, day).state == "done"
        counts = {name: db.scalar(select(func.count()).select_from(table)) for name, table in (("edicts", Edict), ("mentions", Mention))}
    return {"edicts a second": EDICTS / took_s, "MB a second": size / 1e6 / took_s, **counts, "watched ids": WATCHED}
