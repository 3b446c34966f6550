"""The list of a trail, for reading."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from services.audit.models import Entry
from services.chassis.database import UnitOfWork
from services.contracts.schemas.audit import Entry as EntryShape

Json = dict[str, Any]


def listed(db: UnitOfWork, wanted: Json) -> Json:
    """A page, newest first unless it is sorted otherwise."""
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
