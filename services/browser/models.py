"""The tables of the browsers.

    sessions   every browser that was opened: who, with which certificate, why, what it reached, how it ended
    clients    what is known of each client, for visibility

Catalogued exception, across tenants and without personal text:

    running    which sessions run on which machine, and in which of its places; `seen_at` is renewed by who keeps them
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("browser")


class Session(Tenanted, Model):
    __tablename__ = "sessions"
    id: Mapped[str] = id_column()
    client_id: Mapped[str] = mapped_column(String(36), index=True)
    user_id: Mapped[str] = mapped_column(String(36))
    certificate_id: Mapped[str] = mapped_column(String(36))
    use_id: Mapped[str] = mapped_column(String(36), default="")
    reason: Mapped[str] = mapped_column(Text)
    browser: Mapped[str] = mapped_column(String(20))
    mode: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default="starting")
    token_hash: Mapped[str] = mapped_column(String(64), default="")
    token_until: Mapped[datetime | None] = mapped_column(Instant)
    opened_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_because: Mapped[str] = mapped_column(String(40), default="")
    hosts: Mapped[list[str]] = mapped_column(JSON, default=list)
    uploads: Mapped[int] = mapped_column(default=0)
    downloads: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)


class Client(Tenanted, Model):
    __tablename__ = "clients"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(Text, default="")
    group_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_archived: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)


class Running(Model):
    __tablename__ = "running"
    host: Mapped[str] = mapped_column(String(100), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    session_id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(String(36), index=True)
    user_id: Mapped[str] = mapped_column(String(36))
    seen_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
