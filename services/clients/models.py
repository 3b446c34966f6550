"""Tables of `clients`. All of them belong to tenants.

    clients → client_groups                   the record, and which groups it is in
            → client_facts                    one narrow row a client: all that the list filters and sorts by, copied from the record, and
                                              what others know of the client
            → client_certificates             what the keyring said of each certificate; what the list filters by of the best
                                              one is copied into client_facts
            → client_mailboxes                at which body each has a mailbox and how it is entered
    groups                                    names of the firm's groups, kept from GroupChanged; a deleted one stays as a mark
    firms                                     what the firm has set, kept from TenantSettingsChanged
    saved_views                               what somebody asks the list again and again; of its owner, or of the whole firm

`changed_in` of a client says in which version each of its fields changed last, so that whoever comes with an old one is told what is new.

Beside them those of long jobs; of these `job_claims` is a catalogued exception (`chassis.job_tables`).

Traps: `search_text` and `sort_name` are made by `folding` alone, so that PostgreSQL and SQLite search and sort alike. A list over `clients`
itself, or over a join with it, is three times slower at 40,000 clients.
Invariant: every client has its row in client_facts, and its copies are right, from the same commit on.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.job_tables import job_tables
from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("clients")
job_tables(Model)
NOT_ARCHIVED = text("NOT is_archived")


class Client(Tenanted, Model):
    __tablename__ = "clients"
    __table_args__ = (
        Index("clients_tax_id_once", "tenant_id", "tax_id", unique=True, sqlite_where=NOT_ARCHIVED, postgresql_where=NOT_ARCHIVED),
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
    changed_in: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class ClientGroup(Tenanted, Model):
    __tablename__ = "client_groups"
    __table_args__ = (Index("client_groups_by_group", "tenant_id", "group_id", "client_id"),)
    group_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class Group(Tenanted, Model):
    __tablename__ = "groups"
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    is_deleted: Mapped[bool] = mapped_column(default=False)


class KnownFacts(Tenanted, Model):
    """`counted_at` and `checked_at` say how new each fact is: an older one that arrives late is ignored.

    `has_odd_number`: a tax id, CCC or NAF that is accepted with a warning; `has_number`: a CCC or a NAF; `has_group`: it is in one.
    """

    __tablename__ = "client_facts"
    __table_args__ = (
        Index("client_facts_counted", "tenant_id", "is_archived"),
        Index("client_facts_by_name", "tenant_id", "is_archived", "sort_name", "client_id"),
        Index("client_facts_by_tax_id", "tenant_id", "is_archived", "tax_id", "client_id"),
        Index("client_facts_by_read_by", "tenant_id", "is_archived", "nearest_read_by", "client_id"),
        Index("client_facts_by_pending", "tenant_id", "is_archived", "pending", "client_id"),
        Index("client_facts_by_check", "tenant_id", "is_archived", "last_complete_check_at", "client_id"),
        Index("client_facts_by_certificate", "tenant_id", "is_archived", "certificate_not_after", "client_id"),
    )
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    is_archived: Mapped[bool] = mapped_column(default=False)
    receives_notifications: Mapped[bool]
    watch_edicts: Mapped[bool]
    tax_id: Mapped[str] = mapped_column(String(9))
    sort_name: Mapped[str] = mapped_column(String(100))
    search_text: Mapped[str] = mapped_column(Text)
    has_odd_number: Mapped[bool]
    has_number: Mapped[bool]
    has_group: Mapped[bool]
    certificate_id: Mapped[str] = mapped_column(String(36), default="")
    certificate_tax_id: Mapped[str] = mapped_column(String(50), default="")
    certificate_not_after: Mapped[datetime | None] = mapped_column(Instant)
    pending: Mapped[int] = mapped_column(default=0)
    nearest_read_by: Mapped[date | None] = mapped_column(Date)
    counted_at: Mapped[datetime | None] = mapped_column(Instant)
    last_complete_check_at: Mapped[datetime | None] = mapped_column(Instant)
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    has_social_security_mailbox: Mapped[bool] = mapped_column(default=False)
    has_power: Mapped[bool] = mapped_column(default=False)


class Mailbox(Tenanted, Model):
    """The mailbox of a client at a body, as last heard at `said_at`; a removed one stays as a mark. `via`: how it is entered."""

    __tablename__ = "client_mailboxes"
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    body: Mapped[str] = mapped_column(String(20), primary_key=True)
    via: Mapped[str] = mapped_column(String(20), default="")
    is_removed: Mapped[bool] = mapped_column(default=False)
    said_at: Mapped[datetime] = mapped_column(Instant)


class SavedView(Tenanted, Model):
    __tablename__ = "saved_views"
    __table_args__ = (Index("saved_views_name_once", "tenant_id", "user_id", "name", unique=True),)
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(String(36))
    name: Mapped[str] = mapped_column(String(100))
    query: Mapped[dict[str, Any]] = mapped_column(JSON)
    is_shared: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)


class Certificate(Tenanted, Model):
    """A removed one stays as a mark, so that its import arriving late does not bring it back."""

    __tablename__ = "client_certificates"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), index=True)
    tax_id: Mapped[str] = mapped_column(String(50), default="")
    subject: Mapped[str] = mapped_column(Text, default="")
    issuer: Mapped[str] = mapped_column(Text, default="")
    serial: Mapped[str] = mapped_column(String(80), default="")
    not_before: Mapped[datetime | None] = mapped_column(Instant)
    not_after: Mapped[datetime | None] = mapped_column(Instant)
    is_removed: Mapped[bool] = mapped_column(default=False)


class Firm(Tenanted, Model):
    __tablename__ = "firms"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    certificate_warning_days: Mapped[int]
    version: Mapped[int]
