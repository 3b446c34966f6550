"""Tables of `access`.

    tenants → roles, users, groups            a user has one role; the firm's settings are columns of its row
    logos                                     the picture of a firm, apart because it is large
    memberships                               which user is in which group
    grants                                    what their holder, a user or a group, may do at a body
    directory                                 whose an email is, across tenants

Beside them those of long jobs; of these `job_claims` is a catalogued exception (`chassis.job_tables`).

Catalogued exception to row-level security: `directory`, read before anybody knows whose tenant it is. It holds a keyed hash of the folded
email and ids, no text. It is also what makes one email one person on the whole host.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.job_tables import job_tables
from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("access")
job_tables(Model)


class Tenant(Tenanted, Model):
    __tablename__ = "tenants"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    certificate_warning_days: Mapped[int] = mapped_column(server_default="60")
    strict_passwords: Mapped[bool] = mapped_column(server_default=false())
    requires_second_factor: Mapped[bool] = mapped_column(server_default=false())
    language: Mapped[str] = mapped_column(String(2), server_default="es")
    default_mailboxes: Mapped[list[dict[str, str]]] = mapped_column(JSON, server_default="[]")
    version: Mapped[int] = mapped_column(server_default="1")


class Logo(Tenanted, Model):
    __tablename__ = "logos"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class Role(Tenanted, Model):
    __tablename__ = "roles"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(100))
    capabilities: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int] = mapped_column(default=1)


class User(Tenanted, Model):
    """`language` null: the firm's."""

    __tablename__ = "users"
    id: Mapped[str] = id_column()
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200))
    role_id: Mapped[str] = mapped_column(String(36), index=True)
    is_active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str | None] = mapped_column(String(2))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class Group(Tenanted, Model):
    __tablename__ = "groups"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)
    id: Mapped[str] = id_column()
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)


class Membership(Tenanted, Model):
    __tablename__ = "memberships"
    group_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class Grant(Tenanted, Model):
    """`holder_id` is the id of a group or of a user."""

    __tablename__ = "grants"
    holder_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    body: Mapped[str] = mapped_column(String(40), primary_key=True)
    verb: Mapped[str] = mapped_column(String(20), primary_key=True)


class Entry(Model):
    """An email's line in the directory."""

    __tablename__ = "directory"
    email_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[str] = mapped_column(String(36), unique=True)
