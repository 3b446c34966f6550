"""Keeps the trail: what others ask to be recorded before they do it, and the acts of people as their facts arrive.

Everybody may check it without trusting this service: it is looked through and signed every so often, and shows its checkpoints, its
proofs and all of itself.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.audit import evidence, exporting, looking
from services.audit.acts import ACTS, entries_of
from services.audit.keys import KeysAtStart
from services.audit.leaving import leave
from services.audit.listing import listed
from services.audit.models import Model
from services.audit.trail import append, append_for_tenants
from services.audit.watching import due, measure
from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.chassis.logs import left_for_the_next_turn
from services.chassis.service import Service
from services.contracts.errors import NotFound
from services.contracts.message import Event, utc_now
from services.contracts.rpc import INTERNAL
from services.contracts.schemas import checked
from services.contracts.schemas.audit import Between, CheckpointWanted, EntriesPage, NewEntries
from services.contracts.sentences import said

Json = dict[str, Any]
READ = "audit.read"


class AuditService(Service):
    name = "audit"
    db = Database(Model)
    stays = frozenset({"trails", "entries", "nodes", "checkpoints"})
    host = KeysAtStart()

    # ── what is recorded ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=INTERNAL, unit=False)
    def record(self, asking: Asking, entries: list[Json]) -> list[str]:
        """Committed when it answers. Outside the idempotency of calls: who asks twice has acted, or tried to, twice."""
        new = checked(NewEntries, {"entries": entries})["entries"]
        with self.db.begin(asking) as db:
            return append_for_tenants(db, new, utc_now())

    @on(*ACTS)
    def keep_act(self, db: UnitOfWork, fact: Event) -> None:
        """Facts that belong to no tenant are an operator's, and are in the logs of the host."""
        tenant_id = db.asking.tenant_id or getattr(fact, "tenant_id", "")
        if tenant_id:
            db.act_for(replace(db.asking, tenant_id=tenant_id))
            append(db, entries_of(fact, db.asking.user_id), datetime.fromisoformat(db.info["envelope"].at))

    @rpc(needs=READ)
    def entries(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        return listed(db, checked(EntriesPage, page))

    # ── that it is whole ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @every(seconds=30)
    def sign_trails(self) -> None:
        period = timedelta(seconds=self.host.settings.checkpoint_every_s)
        for tenant_id in due(self.db):
            with left_for_the_next_turn("trail_not_looked_through", tenant_id=tenant_id):
                leave(looking.look_through(self.db, self.host.keys, tenant_id, period), self.host.settings.checkpoint_dir)
        measure(self.db)

    @rpc(needs=READ)
    def checkpoint(self, db: UnitOfWork, asking: Asking, size: int = 0) -> Json:
        return evidence.described(db, self.host.keys, checked(CheckpointWanted, {"size": size})["size"])

    @rpc(needs=READ)
    def proof(self, db: UnitOfWork, asking: Asking, entry_id: str, size: int = 0) -> Json:
        return evidence.inclusion(db, entry_id, checked(CheckpointWanted, {"size": size})["size"])

    @rpc(needs=READ)
    def consistency(self, db: UnitOfWork, asking: Asking, first: int, second: int) -> Json:
        wanted = checked(Between, {"first": first, "second": second})
        return evidence.consistency(db, wanted["first"], wanted["second"])

    # ── all of it ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=READ, unit=False, keyed=False)
    def export(self, asking: Asking) -> Json:
        return self._export(asking)

    @rpc(needs=READ)
    def exported(self, db: UnitOfWork, asking: Asking, after: int, size: int) -> Json:
        return exporting.page(db, after, size)

    @rpc(needs=INTERNAL, unit=False, keyed=False)
    def export_of(self, asking: Asking, tenant_id: str) -> Json:
        with self.db.begin(replace(asking, tenant_id=tenant_id)) as db:
            if not looking.size_of(db):
                raise NotFound(said("No hay ningún despacho con ese identificador."))
        return self._export(replace(asking, tenant_id=tenant_id))

    @rpc(needs=INTERNAL, unit=False)
    def exported_of(self, asking: Asking, tenant_id: str, after: int, size: int) -> Json:
        with self.db.begin(replace(asking, tenant_id=tenant_id)) as db:
            return exporting.page(db, after, size)

    def _export(self, asking: Asking) -> Json:
        """Recorded, then signed: the checkpoint covers what records the export. A broken trail leaves as it is, and says so."""
        act = {"act": "export_trail", "user_id": asking.user_id, "subject": "", "detail": {}}
        with self.db.begin(asking) as db:
            append(db, [act], utc_now())
        leave(looking.sign_sound(self.db, self.host.keys, asking.tenant_id), self.host.settings.checkpoint_dir)
        with self.db.begin(asking) as db:
            return exporting.header(db, self.host.keys)
