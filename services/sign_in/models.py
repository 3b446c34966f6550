"""Tables of `sign_in`. Passwords, sessions, tokens and codes are stored as hashes only.

    credentials     a user's password, argon2id
    tokens          a program's token, as its owner sees it
    token_hashes    which token a hash is             ┐
    sessions        a person's signed-in browser      │ read before anybody knows whose tenant it is
    invitations     one-time codes to set a password  │
    attempts        sign-ins tried lately             ┘

Catalogued exceptions to row-level security: the last four. They hold SHA-256 or keyed hashes, ids and instants, no text.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("sign_in")


class Credential(Tenanted, Model):
    __tablename__ = "credentials"
    user_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class Token(Tenanted, Model):
    """`capabilities` null: all of its owner's."""

    __tablename__ = "tokens"
    id: Mapped[str] = id_column()
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    name: Mapped[str] = mapped_column(String(200))
    capabilities: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)


class TokenHash(Model):
    __tablename__ = "token_hashes"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    token_id: Mapped[str] = mapped_column(String(36), unique=True)
    tenant_id: Mapped[str] = mapped_column(String(36))


class Session(Model):
    """Ends at `expires_at`, which use moves on, and never later than `ends_at`."""

    __tablename__ = "sessions"
    session_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)


class Invitation(Model):
    __tablename__ = "invitations"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    user_id: Mapped[str] = mapped_column(String(36), index=True)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


class Attempt(Model):
    """Who (by email) and from where, as keyed hashes."""

    __tablename__ = "attempts"
    id: Mapped[str] = id_column()
    email_hash: Mapped[str] = mapped_column(String(64), index=True)
    address_hash: Mapped[str] = mapped_column(String(64), index=True)
    at: Mapped[datetime] = mapped_column(Instant, index=True, default=utc_now)
