"""The tables that every service has beside its own, and the column types that mean the same in PostgreSQL and SQLite.

    outbox    events decided but perhaps not yet on the broker; payload sealed
    handled   (handler, event) pairs whose effect is committed: the inbox
    parked    events that a handler could not deal with yet; payload sealed
    leases    which process does a periodic or exclusive job, and until when
    answers   what an `Idempotency-Key` was answered; row-level security applies
    erased    the ids of firms and clients whose data was destroyed: nothing about them is taken in again

Outbox, handled, parked, leases and erased are read across tenants (relay, retries), so they carry no personal text in clear and no
row-level security.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Index, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from services.contracts.message import new_id, utc_now


class Instant(TypeDecorator):
    """An aware instant, always UTC. SQLite stores it without a zone, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


class Outgoing:
    __tablename__ = "outbox"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    topic: Mapped[str] = mapped_column(String(100))
    envelope: Mapped[dict[str, str]] = mapped_column(JSON)
    claimed_until: Mapped[datetime | None] = mapped_column(Instant)
    sent_at: Mapped[datetime | None] = mapped_column(Instant)

    @declared_attr.directive
    def __table_args__(cls) -> tuple:  # noqa: N805  (the directive is given the class)
        unsent = text("sent_at IS NULL")
        return (Index("outbox_unsent", "id", sqlite_where=unsent, postgresql_where=unsent),)


class Handled:
    __tablename__ = "handled"
    handler: Mapped[str] = mapped_column(String(100), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class Parked:
    __tablename__ = "parked"
    handler: Mapped[str] = mapped_column(String(100), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    envelope: Mapped[dict[str, str]] = mapped_column(JSON)
    error: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=1)
    parked_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    next_try_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Lease:
    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    holder: Mapped[str] = mapped_column(String(100), default="")
    until: Mapped[datetime] = mapped_column(Instant)


class Tenanted:
    """Mixin of every table that belongs to tenants: the unit of work fills `tenant_id` and filters by it, row-level security again."""

    tenant_id: Mapped[str] = mapped_column(String(36), index=True)


class Answer(Tenanted):
    __tablename__ = "answers"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    rights: Mapped[list[str]] = mapped_column(JSON)
    answer: Mapped[Any] = mapped_column(JSON)
    is_answered: Mapped[bool]
    at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class Erased:
    """`next_at`: when what is held of it is looked for and destroyed (again); empty when that is over. A firm is its own `tenant_id`."""

    __tablename__ = "erased"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    next_at: Mapped[datetime | None] = mapped_column(Instant)


MESSAGE_TABLES = (Outgoing, Handled, Parked, Lease, Answer, Erased)


def model_base(service: str) -> type[DeclarativeBase]:
    """The declarative base of a service, with the message tables in it as `Model.Outgoing`, `Model.Handled`, …"""
    base = type("Model", (DeclarativeBase,), {"service": service})
    for table in MESSAGE_TABLES:
        setattr(base, table.__name__, type(table.__name__, (table, base), {}))
    return base


def id_column() -> Mapped[str]:
    return mapped_column(String(36), primary_key=True, default=new_id)
