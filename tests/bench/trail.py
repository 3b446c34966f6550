"""A trail of a million entries in SQLite: what appending costs, a checkpoint, a pass that reads again, and proofs.

All in processor time, which says more than the clock on a machine that others use too.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from services.audit import evidence, looking
from services.audit.checkpoint import TrailKeys
from services.audit.models import Entry, Model
from services.audit.trail import append
from services.chassis.asking import Asking
from services.chassis.database import Store
from services.chassis.migrations import migrate
from services.chassis.sealing import Seals, make_key_file
from services.chassis.settings import Settings
from services.contracts.message import new_id, utc_now

ENTRIES, AT_ONCE, A_CLAIM, TIMES = 1_000_000, 5_000, 50, 20
EVERY = timedelta(hours=1)
FOLDER = Path("var/bench/trail")
KEYS = TrailKeys({"k1": bytes(range(32))})


def run() -> dict[str, Any]:
    shutil.rmtree(FOLDER, ignore_errors=True)
    make_key_file(FOLDER / "sealing.key")
    settings = Settings(data_dir=FOLDER)
    migrate(settings, ["audit"])
    store = Store(Model, settings.database_for("audit"), Seals.from_file(FOLDER / "sealing.key"))
    try:
        return measured(store, new_id())
    finally:
        store.engine.dispose()
        shutil.rmtree(FOLDER)


def measured(store: Store, tenant_id: str) -> dict[str, Any]:
    asking = Asking(tenant_id=tenant_id)
    filled = seconds(lambda: [grow(store, asking, AT_ONCE) for _ in range(ENTRIES // AT_ONCE)])
    found: dict[str, Any] = {"entries": ENTRIES, "appended and digested, entries/s": round(ENTRIES / filled)}
    found["a claim of 50 uses in one commit, ms"] = ms(lambda: grow(store, asking, A_CLAIM))
    found["first checkpoint: every entry read once, s"] = round(seconds(lambda: looking.sign(store, KEYS, tenant_id)), 1)
    found["a claim of 50 uses in one commit, signed, ms"] = ms(lambda: grow(store, asking, A_CLAIM))
    found["next checkpoint, ms"] = ms(lambda: (grow(store, asking, 1), looking.sign(store, KEYS, tenant_id)))
    found["a pass that reads 65,536 entries again, s"] = round(seconds(lambda: looking.look_through(store, KEYS, tenant_id, EVERY)), 1)
    with store.begin(asking) as db:
        last, entry_id = looking.size_of(db), db.query(Entry.id).filter(Entry.seq == ENTRIES // 3).scalar()
        found["inclusion proof, ms"] = ms(lambda: evidence.inclusion(db, entry_id, 0))
        first = ENTRIES + A_CLAIM * TIMES
        found["consistency proof, ms"] = ms(lambda: evidence.consistency(db, first, last))
    return found


def grow(store: Store, asking: Asking, count: int) -> None:
    detail = {name: new_id() for name in ("ticket_id", "mailbox_id", "client_id")} | {"body": "dehu", "reason": "schedule"}
    with store.begin(asking) as db:
        append(db, [{"act": "certificate_used", "user_id": "", "subject": asking.tenant_id, "detail": detail}] * count, utc_now())


def seconds(act: Callable[[], Any]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def ms(act: Callable[[], Any]) -> float:
    return round(1000 * median(seconds(act) for _ in range(TIMES)), 1)


if __name__ == "__main__":
    print(run())
