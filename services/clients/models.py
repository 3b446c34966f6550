"""Tables of `clients`. All of them belong to tenants.

    clients → client_groups                   the record, and which groups it is in
            → client_facts                    one row a client: what others know of it, for the list and the warnings
            → client_certificates             what the keyring said of each certificate; the best one is copied into client_facts
    groups                                    names of the firm's groups, kept from GroupChanged; a deleted one stays as a mark

Trap: `search_text` and `sort_name` are made by `folding` alone, so that PostgreSQL and SQLite search and sort alike.
Invariant: every client has its row in client_facts from the same commit on.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("clients")
NOT_ARCHIVED = text("NOT is_archived")


class Client(Tenanted, Model):
    __tablename__ = "clients"
    __table_args__ = (
        Index("clients_tax_id_once", "tenant_id", "tax_id", unique=True, sqlite_where=NOT_ARCHIVED, postgresql_where=NOT_ARCHIVED),
        Index("clients_by_name", "tenant_id", "is_archived", "sort_name", "id"),
        Index("clients_by_tax_id", "tenant_id", "is_archived", "tax_id", "id"),
    )
    id: Mapped[str] = id_column()
    tax_id: Mapped[str] = mapped_column(String(9))
    name: Mapped[str] = mapped_column(String(300))
    email: Mapped[str] = mapped_column(String(254), default="")
    postal_address: Mapped[dict[str, str]] = mapped_column(JSON)
    notes: Mapped[str] = mapped_column(Text, default="")
    ccc: Mapped[list[str]] = mapped_column(JSON)
    naf: Mapped[list[str]] = mapped_column(JSON)
    receives_notifications: Mapped[bool] = mapped_column(default=True)
    watch_edicts: Mapped[bool] = mapped_column(default=True)
    is_archived: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    search_text: Mapped[str] = mapped_column(Text)
    sort_name: Mapped[str] = mapped_column(String(100))


class ClientGroup(Tenanted, Model):
    __tablename__ = "client_groups"
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class Group(Tenanted, Model):
    __tablename__ = "groups"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    is_deleted: Mapped[bool] = mapped_column(default=False)


class KnownFacts(Tenanted, Model):
    """`counted_at`, `checked_at` and `mailboxes_at` say how new each fact is: an older one that arrives late is ignored."""

    __tablename__ = "client_facts"
    __table_args__ = (
        Index("client_facts_by_read_by", "tenant_id", "nearest_read_by", "client_id"),
        Index("client_facts_by_pending", "tenant_id", "pending", "client_id"),
        Index("client_facts_by_check", "tenant_id", "last_complete_check_at", "client_id"),
        Index("client_facts_by_certificate", "tenant_id", "certificate_not_after"),
    )
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    certificate_id: Mapped[str] = mapped_column(String(36), default="")
    certificate_tax_id: Mapped[str] = mapped_column(String(50), default="")
    certificate_not_before: Mapped[datetime | None] = mapped_column(Instant)
    certificate_not_after: Mapped[datetime | None] = mapped_column(Instant)
    pending: Mapped[int] = mapped_column(default=0)
    nearest_read_by: Mapped[date | None] = mapped_column(Date)
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    last_complete_check_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    has_social_security_mailbox: Mapped[bool] = mapped_column(default=False)
    mailboxes_at: Mapped[datetime | None] = mapped_column(Instant)


class Certificate(Tenanted, Model):
    """A removed one stays as a mark, so that its import arriving late does not bring it back."""

    __tablename__ = "client_certificates"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), index=True)
    tax_id: Mapped[str] = mapped_column(String(50), default="")
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    not_after: Mapped[datetime | None] = mapped_column(Instant)
    is_removed: Mapped[bool] = mapped_column(default=False)
