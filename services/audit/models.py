"""The tables of the trail.

    entries       append-only: the database itself refuses to change or remove one (see the second migration)
    nodes         the hashes of complete subtrees of the tree (see `tree`), of every eighth level: a row for 256 entries
    checkpoints   (size, root) of a trail as it was signed; append-only too

Those belong to tenants. Catalogued exceptions, across tenants and without personal text:

    trails         how many entries a tenant has; its row is the lock under which numbers are given out. Beside it, how far the trail was
                   signed and re-read, and what was found wrong with it
    signing_keys   ids of the keys that signed something: their loss is noticed at start

Invariant: the numbers of a tenant's entries are 1, 2, … size, without a gap.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.tables import Instant, Tenanted, id_column, model_base

Model: Any = model_base("audit")


class Trail(Model):
    """`next_at`: when it is looked through again; None: soon. `reread`: blocks that this round has re-read. `fault`: see `faults`."""

    __tablename__ = "trails"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    size: Mapped[int] = mapped_column(default=0)
    signed_size: Mapped[int] = mapped_column(default=0)
    signed_at: Mapped[datetime | None] = mapped_column(Instant)
    next_at: Mapped[datetime | None] = mapped_column(Instant)
    reread: Mapped[int] = mapped_column(default=0)
    fault: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


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


class Node(Tenanted, Model):
    __tablename__ = "nodes"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(String(64))


class Checkpoint(Tenanted, Model):
    __tablename__ = "checkpoints"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    key_id: Mapped[str] = mapped_column(String(40))
    signature: Mapped[str] = mapped_column(String(88))


class SigningKey(Model):
    __tablename__ = "signing_keys"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
