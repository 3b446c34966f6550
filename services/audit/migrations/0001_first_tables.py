"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect
from services.chassis.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key", "user_id", "tenant_id"),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("subject", sa.String(length=100), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "seq"),
    )
    op.create_index("entries_act", "entries", ["tenant_id", "act", "seq"], unique=False)
    op.create_index("entries_at", "entries", ["tenant_id", "at"], unique=False)
    op.create_index("entries_subject", "entries", ["tenant_id", "subject", "seq"], unique=False)
    op.create_index("entries_user", "entries", ["tenant_id", "user_id", "seq"], unique=False)
    op.create_index(op.f("ix_entries_tenant_id"), "entries", ["tenant_id"], unique=False)
    op.create_table(
        "handled",
        sa.Column("handler", sa.String(length=100), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("handler", "event_id"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("claimed_until", Instant(), nullable=True),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index("outbox_unsent", "outbox", ["id"], unique=False, sqlite_where=unsent, postgresql_where=unsent)
    op.create_table(
        "parked",
        sa.Column("handler", sa.String(length=100), nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("parked_at", Instant(), nullable=False),
        sa.Column("next_try_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("handler", "event_id"),
    )
    op.create_index(op.f("ix_parked_next_try_at"), "parked", ["next_try_at"], unique=False)
    op.create_table(
        "trails",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    protect("answers")
    protect("entries")
    protect("trails")
