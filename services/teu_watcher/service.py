"""What may be asked of `teu_watcher`, and what it hears. Clients are watched, days are read, what names a client is told and shown."""

from __future__ import annotations

import threading
from typing import ClassVar

from services.chassis.always import always
from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.contracts.events import ClientsChanged, ClientsRegistered, NotificationChanged
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.edicts import EdictsPage, ReadDay
from services.contracts.schemas.jobs import JobOutcomesPage
from services.teu_watcher import matches, source, watch
from services.teu_watcher.catching_up import forget_old, read_due
from services.teu_watcher.coverage import ask_for, covered, require_readable
from services.teu_watcher.edict import ReadingRoom
from services.teu_watcher.erasing import forget
from services.teu_watcher.keeping import SEALED
from services.teu_watcher.matches import described, listed, visible_match
from services.teu_watcher.models import Job, Match, Model
from services.teu_watcher.reading_jobs import job_shown, known_job

LOOK_FOR_WORK_S = 3.0


class TeuWatcherService(Service):
    name = "teu_watcher"
    db = Database(Model)
    forget_clients = staticmethod(forget)
    opens: ClassVar = {"documents.sealed": SEALED}
    audit = Promise("audit")
    room = ReadingRoom()

    @on(ClientsRegistered, ClientsChanged)
    def watch_clients(self, db: UnitOfWork, fact: ClientsRegistered | ClientsChanged) -> None:
        watch.keep_clients(db, fact.clients)

    @rpc(needs=INTERNAL, unit=False)
    def switch_source(self, asking: Asking, is_on: bool, reason: str) -> Json:
        with self.db.begin(asking) as db:
            source.switch(db, self.room.settings.teu_source, is_on, reason)
            shown = source.described(db, self.room.settings.teu_source)
        self.room.bell.set()
        return shown

    @rpc(needs=SIGNED_IN)
    def source(self, db: UnitOfWork, asking: Asking) -> Json:
        return source.described(db, self.room.settings.teu_source)

    @always
    def read_bulletin(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            self.room.bell.clear()
            read_due(self.room, self.db, stopping)
            self.room.bell.wait(LOOK_FOR_WORK_S)

    @rpc(needs="settings.manage", unit=False)
    def read_day(self, asking: Asking, day: str) -> Json:
        wanted = checked(ReadDay, {"date": day})["date"]
        with self.db.begin(asking) as db:
            require_readable(db, wanted, self.room.settings.teu_source)
        act = {"tenant_id": asking.tenant_id, "act": "read_day", "user_id": asking.user_id, "subject": wanted.isoformat()}
        self.audit.record([act])
        with self.db.begin(asking) as db:
            job = ask_for(db, asking, wanted, self.room.settings.teu_source)
        self.room.bell.set()
        return job

    @rpc(needs=SIGNED_IN, of=known_job)
    def job(self, db: UnitOfWork, asking: Asking, job: Job) -> Json:
        return job_shown(db, job)

    @rpc(needs=SIGNED_IN, of=known_job)
    def job_outcomes(self, db: UnitOfWork, asking: Asking, job: Job, page: Json) -> Json:
        wanted = checked(JobOutcomesPage, page)
        return {"items": [], "total": 0, "page": wanted["page"], "page_size": wanted["page_size"]}

    @rpc(needs=SIGNED_IN)
    def coverage(self, db: UnitOfWork, asking: Asking) -> Json:
        return covered(db, self.room.settings.teu_source)

    @rpc(needs=SIGNED_IN)
    def edicts(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        return listed(db, asking, checked(EdictsPage, page))

    @rpc(needs=SIGNED_IN, of=visible_match)
    def edict(self, db: UnitOfWork, asking: Asking, edict: Match) -> Json:
        return described(db, [edict])[0]

    @on(NotificationChanged)
    def keep_tray(self, db: UnitOfWork, fact: NotificationChanged) -> None:
        if fact.edict_id:
            matches.keep_tray(db, fact)

    @every(seconds=3600)
    def forget_old_edicts(self) -> None:
        with self.db.begin() as db:
            forget_old(db)
