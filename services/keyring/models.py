"""The tables of the keyring.

    certificates   what a certificate says, who uploaded it, how often it was used; `client_id` is empty for the firm's own
    keys           the private key and chain of a certificate, sealed; gone when the certificate is removed
    tenant_keys    the keys under which a tenant's data keys are sealed; themselves sealed under the master key
    clients        what is known of each client, for visibility and warnings

Beside them those of long jobs; of these `job_claims` is a catalogued exception (`chassis.job_tables`).

Catalogued exceptions, across tenants and without personal text:

    tickets        ids of tickets that were used, so that none is used twice
    master_keys    ids of the master keys that sealed something: their loss is noticed at start
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.job_tables import job_tables
from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("keyring")
job_tables(Model)
PRESENT = text("removed_at IS NULL")


class Certificate(Tenanted, Model):
    __tablename__ = "certificates"
    id: Mapped[str] = id_column()
    client_id: Mapped[str] = mapped_column(String(36))
    tax_id: Mapped[str] = mapped_column(String(9))
    subject: Mapped[str] = mapped_column(Text)
    issuer: Mapped[str] = mapped_column(Text)
    serial: Mapped[str] = mapped_column(String(80))
    not_before: Mapped[datetime] = mapped_column(Instant)
    not_after: Mapped[datetime] = mapped_column(Instant)
    fingerprint: Mapped[str] = mapped_column(String(64))
    uploaded_by: Mapped[str] = mapped_column(String(36))
    uploaded_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    uses: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_at: Mapped[datetime | None] = mapped_column(Instant)

    __table_args__ = (
        Index("certificates_once", "tenant_id", "client_id", "fingerprint", unique=True, sqlite_where=PRESENT, postgresql_where=PRESENT),
    )


class Key(Tenanted, Model):
    __tablename__ = "keys"
    certificate_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_key_id: Mapped[str] = mapped_column(String(36), index=True)
    version: Mapped[int]
    data_key: Mapped[bytes] = mapped_column(LargeBinary)
    private_key: Mapped[bytes] = mapped_column(LargeBinary)
    chain: Mapped[bytes] = mapped_column(LargeBinary)


class TenantKey(Tenanted, Model):
    __tablename__ = "tenant_keys"
    id: Mapped[str] = id_column()
    master_key_id: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class Client(Tenanted, Model):
    __tablename__ = "clients"
    id: Mapped[str] = id_column()
    tax_id: Mapped[str] = mapped_column(String(9), default="")
    group_ids: Mapped[list[str]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(default=0)


class UsedTicket(Model):
    __tablename__ = "tickets"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    used_at: Mapped[datetime] = mapped_column(Instant, index=True)


class UsedMasterKey(Model):
    __tablename__ = "master_keys"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
