"""Tables of `notifications`. All of them belong to tenants.

    notifications                 the inbox: what lies in mailboxes and what the TEU says
    clients → client_groups       who may see which client, kept from ClientsRegistered and ClientsChanged
    documents → document_parts    what people keep with a client; the content is sealed

The identity of a notice is (tenant, source, body, origin code, reference); an edict has its client in the place of the origin code, because
one edict may name several. A row of `clients` is the lock under which a client's notifications are counted; with version 0 it stands for a
client whose facts are not here yet, whose notices are filed all the same.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("notifications")


class Notification(Tenanted, Model):
    """`state_said_at` is when the body's state was reported: an older report that arrives late is ignored."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "body", "origin_code", "reference"),
        Index("notifications_by_read_by", "tenant_id", "processing_state", "read_by", "available_at", "id"),
        Index("notifications_of_client", "tenant_id", "client_id", "processing_state", "read_by"),
    )
    id: Mapped[str] = id_column()
    client_id: Mapped[str] = mapped_column(String(36))
    source: Mapped[str] = mapped_column(String(10))
    body: Mapped[str] = mapped_column(String(20))
    origin_code: Mapped[str] = mapped_column(String(100))
    reference: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(Text)
    issuer: Mapped[dict[str, str]] = mapped_column(JSON)
    issuer_root: Mapped[dict[str, str]] = mapped_column(JSON)
    holder_tax_id: Mapped[str] = mapped_column(String(50))
    available_at: Mapped[datetime] = mapped_column(Instant)
    read_by: Mapped[date | None] = mapped_column(Date)
    process_by: Mapped[date | None] = mapped_column(Date)
    body_state: Mapped[str] = mapped_column(String(20))
    state_said_at: Mapped[datetime] = mapped_column(Instant)
    processing_state: Mapped[str] = mapped_column(String(20))
    assignee_id: Mapped[str | None] = mapped_column(String(36))
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    opened_by: Mapped[str | None] = mapped_column(String(36))
    deadlines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    search_text: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class KnownClient(Tenanted, Model):
    __tablename__ = "clients"
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    version: Mapped[int] = mapped_column(default=0)
    tax_id: Mapped[str] = mapped_column(String(9), default="")
    search_text: Mapped[str] = mapped_column(Text, default="")
    is_archived: Mapped[bool] = mapped_column(default=False)


class ClientGroup(Tenanted, Model):
    __tablename__ = "client_groups"
    __table_args__ = (Index("client_groups_by_group", "tenant_id", "group_id", "client_id"),)
    group_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class Document(Tenanted, Model):
    """A file that somebody keeps with a client. Until all its parts have arrived (`is_whole`) it is not there for anybody."""

    __tablename__ = "documents"
    id: Mapped[str] = id_column()
    client_id: Mapped[str] = mapped_column(String(36), index=True)
    name: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(String(10))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    parts: Mapped[int]
    is_whole: Mapped[bool]
    added_by: Mapped[str] = mapped_column(String(36))
    added_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class DocumentPart(Tenanted, Model):
    """Some hundred thousand bytes of a document, numbered from 0; `size` is that of what is sealed."""

    __tablename__ = "document_parts"
    document_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), index=True)
    size: Mapped[int]
    sealed: Mapped[str] = mapped_column(Text)
