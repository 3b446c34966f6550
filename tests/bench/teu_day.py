"""A whole day of the TEU, as the service reads it, with a million watched ids: `python -m tests.bench.teu_day [embedded|deployed]`.

Measured from the moment the day is due until it is done: index and PDFs from the sandbox over TLS (another process, PDFs made beforehand),
text in bounded children, tax ids found, mentions and matches committed, matches in the outbox. Embedded is SQLite, deployed PostgreSQL.
"""

from __future__ import annotations

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402
import tempfile  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402
from contextlib import ExitStack  # noqa: E402
from pathlib import Path  # noqa: E402
from random import Random  # noqa: E402
from types import SimpleNamespace  # noqa: E402

import requests  # noqa: E402
from sqlalchemy import func, insert, select  # noqa: E402

from deploy.private_servers import private_servers  # noqa: E402
from deploy.sandbox.client import Sandbox, started_sandbox  # noqa: E402
from services.chassis.asking import Asking  # noqa: E402
from services.chassis.database import Store  # noqa: E402
from services.chassis.migrations import migrate  # noqa: E402
from services.chassis.sealing import Seals, make_key_file  # noqa: E402
from services.chassis.settings import Settings  # noqa: E402
from services.contracts.message import utc_now  # noqa: E402
from services.teu_watcher import schedule  # noqa: E402
from services.teu_watcher.catching_up import read_due  # noqa: E402
from services.teu_watcher.edict import HASHING, ReadingRoom, hash_of  # noqa: E402
from services.teu_watcher.models import Client, Day, Edict, Mention, Model, Watched  # noqa: E402
from tests.bench.teu import LETTERS, WATCHED, _edict  # noqa: E402
from tests.worlds import deployed_settings  # noqa: E402

EDICTS, TENANTS, ROWS = 600, 200, 5_000
VAR = Path(__file__).parents[2] / "var" / "tests"


def run(world: str) -> None:
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
        numbers = watch_a_million(store)
        day, size = publish(sandbox, numbers)
        measure(settings, store, day, size, world)
        store.engine.dispose()


def watch_a_million(store: Store) -> list[int]:
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
    return numbers


def publish(sandbox: Sandbox, numbers: list[int]) -> tuple[schedule.date, int]:
    """Half prose with one id, half tables of 32 to 350 rows; one id in ninety is watched. Each PDF is made by asking for it once."""
    random, day = Random(7), schedule.previous(schedule.today(utc_now()))
    ids = sandbox.edicts(day, [_edict(random, number) for number in range(EDICTS)])
    with requests.Session() as session:
        session.trust_env, session.verify = False, sandbox.ca_file
        return day, sum(len(session.get(f"{sandbox.url}/boe_n/dias/{day:%Y/%m/%d}/not.php?id={name}", timeout=60).content) for name in ids)


def measure(settings: Settings, store: Store, day: schedule.date, size: int, world: str) -> None:
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
    figures = {"edicts a second": EDICTS / took_s, "MB a second": size / 1e6 / took_s, **counts, "watched ids": WATCHED}
    for name, value in figures.items():
        print(f"teu day, {world:<10} {name:<20} {value:>14,.2f}")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ("embedded", "deployed"):
        run(chosen)
