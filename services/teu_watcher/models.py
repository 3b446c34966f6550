"""Tables of `teu_watcher`.

    clients, client_groups    what `clients` said of its own, kept to watch and to show with
    matches → documents       an edict that names a client; its PDF as published, sealed, once a firm
    jobs                      days that somebody asked to be read

Catalogued exceptions to row-level security, because the bulletin is read once for everybody; no tax id, name or subject in clear:

    watched     keyed hash of a client's tax id → tenant and client
    edicts      what the index of a day lists, whether it was read, and its terms (texts sealed: a title may name a person)
    mentions    keyed hash of each tax id that an edict names, for clients who come later; nothing else of third parties is kept
    days        the calendar of the bulletin
    source      whether it may be read at all: one row

Edicts and mentions are kept 92 days, as long as the bulletin shows them to everybody. `asked` of a day: [tenant, job] pairs that wait for
it. `wanted_at` of an edict: when its PDF is fetched again, for a match found after it was read. Invariant: a day is `done` only while every
edict that its index ever listed is `read`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("teu_watcher")


class Client(Tenanted, Model):
    __tablename__ = "clients"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tax_id: Mapped[str] = mapped_column(String(20))
    version: Mapped[int]


class ClientGroup(Tenanted, Model):
    __tablename__ = "client_groups"
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class Match(Tenanted, Model):
    """`row` is empty until the edict was read with the client watched. `tray` is what `notifications` says, as of its `tray_version`."""

    __tablename__ = "matches"
    __table_args__ = (UniqueConstraint("client_id", "edict_id"),)
    id: Mapped[str] = id_column()
    client_id: Mapped[str] = mapped_column(String(36))
    edict_id: Mapped[str] = mapped_column(String(30), index=True)
    published_on: Mapped[date] = mapped_column(Date, index=True)
    issuer: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    regime: Mapped[str] = mapped_column(String(10))
    holder_tax_id: Mapped[str] = mapped_column(String(20))
    row: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text)
    match: Mapped[str] = mapped_column(String(20))
    found_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    tray: Mapped[str] = mapped_column(String(12), default="pending")
    tray_version: Mapped[int] = mapped_column(default=0)


class Document(Tenanted, Model):
    __tablename__ = "documents"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    edict_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[str] = mapped_column(Text)


class Job(Tenanted, Model):
    __tablename__ = "jobs"
    id: Mapped[str] = id_column()
    day: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    edicts_read: Mapped[int] = mapped_column(default=0)
    edicts_total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(String(36))
    requested_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Watched(Model):
    __tablename__ = "watched"
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    hash: Mapped[str] = mapped_column(String(32), index=True)


class Edict(Model):
    """`state`: listed (to be read), read, or unreadable (tried often enough; a person must look)."""

    __tablename__ = "edicts"
    id: Mapped[str] = mapped_column(String(30), primary_key=True)
    published_on: Mapped[date] = mapped_column(Date, index=True)
    heading: Mapped[str] = mapped_column(Text)
    terms: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="listed")
    attempts: Mapped[int] = mapped_column(default=0)
    regime: Mapped[str] = mapped_column(String(10), default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    wanted_at: Mapped[datetime | None] = mapped_column(Instant, index=True)


class Mention(Model):
    __tablename__ = "mentions"
    hash: Mapped[str] = mapped_column(String(32), primary_key=True)
    edict_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    published_on: Mapped[date] = mapped_column(Date, index=True)


class Day(Model):
    """`state`: unread, reading, done, or none (no bulletin). `next_at` is empty when no look is planned."""

    __tablename__ = "days"
    published_on: Mapped[date] = mapped_column(Date, primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="unread")
    edicts_total: Mapped[int] = mapped_column(default=0)
    edicts_read: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(default=0)
    last_polled_at: Mapped[datetime | None] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    asked: Mapped[list[list[str]]] = mapped_column(JSON, default=list)


class Source(Model):
    """`watching_since`: the first day that must have been read."""

    __tablename__ = "source"
    id: Mapped[str] = mapped_column(String(10), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    switched_at: Mapped[datetime | None] = mapped_column(Instant)
    watching_since: Mapped[date | None] = mapped_column(Date)
