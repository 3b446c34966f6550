"""The service's own code on a database of the test's own and a bulletin on a plain port: a test decides when it looks, and at what."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.chassis.database import EVENTS, Store
from services.chassis.migrations import migrate
from services.chassis.sealing import Seals, make_key_file
from services.chassis.settings import Settings
from services.contracts.events import ClientFacts, EdictsMatched
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import Json
from services.teu_watcher import schedule, watch
from services.teu_watcher.catching_up import read_due
from services.teu_watcher.coverage import ask_for, covered
from services.teu_watcher.edict import ReadingRoom
from services.teu_watcher.models import Day, Document, Job, Match, Model
from services.teu_watcher.reading_jobs import job_shown
from tests.teu_watcher.stand_in import StandIn, serving

PROSE = "Anuncio de notificación."


def days_ago(count: int) -> date:
    """The bulletin day that lies so many bulletin days before today's."""
    day = schedule.today(utc_now())
    for _ in range(count):
        day = schedule.previous(day)
    return day


def edict(*tax_ids: str, **more: str) -> dict:
    return {"issuer": "Ayuntamiento de Prueba", "title": PROSE, "text": f"Se notifica a {', '.join(tax_ids) or 'nadie'}."} | more


class House:
    """`look` reads whatever is due, as the service's own loop does."""

    def __init__(self, store: Store, stand_in: StandIn, settings: Settings):
        self.store, self.bulletin, self.stand_in = store, stand_in.bulletin, stand_in
        self.room = ReadingRoom()
        self.room.container = SimpleNamespace(config={"settings": settings})
        self.room.setup()

    def look(self) -> None:
        read_due(self.room, self.store, threading.Event())

    def read(self, day: date, tenant_id: str = "firm") -> Json:
        """Ask for a day, let it be read; the job."""
        asking = Asking(tenant_id=tenant_id, user_id="somebody")
        with self.store.begin(asking) as db:
            job = ask_for(db, asking, day, "on")
        self.look()
        with self.store.begin(asking) as db:
            return job_shown(db, db.get(Job, job["id"].partition(".")[2]))

    def watch(self, tax_id: str, tenant_id: str = "firm", client_id: str = "", **more: object) -> str:
        facts = {"name": "X", "receives_notifications": True, "watch_edicts": True, "is_archived": False, "group_ids": (), "version": 1}
        client = ClientFacts(client_id=client_id or new_id(), tax_id=tax_id, **facts | more)
        with self.store.begin(Asking(tenant_id=tenant_id)) as db:
            watch.keep_clients(db, [client])
        return client.client_id

    def make_due(self, day: date) -> None:
        with self.store.begin() as db:
            db.execute(update(Day).where(Day.published_on == day).values(next_at=utc_now() - timedelta(seconds=1)))

    def matches(self, tenant_id: str = "firm") -> list[Match]:
        with self.store.begin(Asking(tenant_id=tenant_id)) as db:
            return list(db.scalars(select(Match).order_by(Match.edict_id)))

    def documents(self, tenant_id: str = "firm") -> list[Document]:
        with self.store.begin(Asking(tenant_id=tenant_id)) as db:
            return list(db.scalars(select(Document)))

    def facts(self) -> list[Json]:
        """What was published of matches, with its tenant."""
        with self.store.begin() as db:
            rows = db.scalars(select(Model.Outgoing).where(Model.Outgoing.topic == "teu_watcher.edicts_matched"))
            envelopes = [row.envelope for row in rows]
        opened = [(told["tenant_id"], self.store.seals.open(told["tenant_id"], EVENTS, told["sealed"]).decode()) for told in envelopes]
        return [EdictsMatched.schema.loads(text) | {"tenant_id": tenant_id} for tenant_id, text in opened]

    def told(self) -> list[tuple[str, str, str]]:
        """(tenant, client, edict) of each match that was published."""
        return sorted((fact["tenant_id"], match.client_id, match.edict_id) for fact in self.facts() for match in fact["edicts"])

    def store_files(self) -> list[Path]:
        return list(self.room.settings.data_dir.glob("teu_watcher.db*"))

    def coverage(self) -> Json:
        with self.store.begin() as db:
            return covered(db, "on")

    def asked_for(self, day: date, what: str = "not") -> int:
        """How often the bulletin was asked for PDFs (`not`) or the index of a day."""
        return self.stand_in.asked.count(f"/boe_n/dias/{day:%Y/%m/%d}/{what}.php")


@contextmanager
def opened(folder: Path, **changes: object) -> Iterator[House]:
    with serving() as stand_in:
        settings = Settings(data_dir=folder, teu_url=stand_in.url, teu_requests_per_s=0.0, **{"teu_source": "on"} | changes)
        make_key_file(settings.sealing_key_path)
        migrate(settings, ["teu_watcher"])
        store = Store(Model, settings.database_for("teu_watcher"), Seals.from_file(settings.sealing_key_path))
        house = House(store, stand_in, settings)
        yield house
        house.room.stop()
        store.engine.dispose()
