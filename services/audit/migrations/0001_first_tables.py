"""First tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.message_tables import message_tables
from services.chassis.migrations import protect
from services.chassis.tables import Instant

revision = "0001"
down_revision = None


def upgrade() -> None:
    message_tables()
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
        "trails",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    protect("entries")
    protect("trails")
