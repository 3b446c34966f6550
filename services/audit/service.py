"""Keeps the trail: what others ask to be recorded before they do it, and the acts of people as their facts arrive."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from services.audit.acts import ACTS, entry_of
from services.audit.models import Entry, Model
from services.audit.trail import append, append_for_tenants
from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import on, rpc
from services.chassis.service import Service
from services.contracts.message import Event, utc_now
from services.contracts.rpc import INTERNAL
from services.contracts.schemas import checked
from services.contracts.schemas.audit import EntriesPage, NewEntries
from services.contracts.schemas.audit import Entry as EntryShape

Json = dict[str, Any]


class AuditService(Service):
    name = "audit"
    db = Database(Model)

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
            append(db, [entry_of(fact) | {"user_id": db.asking.user_id}], datetime.fromisoformat(db.info["envelope"].at))

    @rpc(needs="audit.read")
    def entries(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        wanted = checked(EntriesPage, page)
        found = filtered(wanted)
        total = db.scalar(select(func.count()).select_from(found.subquery()))
        order = Entry.seq if wanted["sort"] == "seq" else Entry.seq.desc()
        rows = db.scalars(found.order_by(order).limit(wanted["page_size"]).offset((wanted["page"] - 1) * wanted["page_size"]))
        return {"items": EntryShape(many=True).dump(rows), "total": total, "page": wanted["page"], "page_size": wanted["page_size"]}


def filtered(wanted: Json) -> Select:
    found = select(Entry).where(*(getattr(Entry, name) == wanted[name] for name in ("act", "user_id", "subject") if name in wanted))
    if "since" in wanted:
        found = found.where(Entry.at >= wanted["since"])
    if "until" in wanted:
        found = found.where(Entry.at < wanted["until"])
    return found
