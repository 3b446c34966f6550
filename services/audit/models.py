"""The tables of the trail.

    trails    how many entries a tenant has; its row is the lock under which numbers are given out
    entries   append-only: the database itself refuses to change or remove one (see the first migration)

Both belong to tenants. Invariant: the numbers of a tenant's entries are 1, 2, … size, without a gap.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base

Model: Any = model_base("audit")


class Trail(Tenanted, Model):
    __tablename__ = "trails"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    size: Mapped[int] = mapped_column(default=0)


class Entry(Tenanted, Model):
    __tablename__ = "entries"
    id: Mapped[str] = id_column()
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
    act: Mapped[str] = mapped_column(String(100))
    user_id: Mapped[str] = mapped_column(String(36))
    subject: Mapped[str] = mapped_column(String(100))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))

    __table_args__ = (
        UniqueConstraint("tenant_id", "seq"),
        Index("entries_at", "tenant_id", "at"),
        Index("entries_act", "tenant_id", "act", "seq"),
        Index("entries_user", "tenant_id", "user_id", "seq"),
        Index("entries_subject", "tenant_id", "subject", "seq"),
    )
