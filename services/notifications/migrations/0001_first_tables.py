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
        "client_groups",
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("group_id", "client_id"),
    )
    op.create_index("client_groups_by_group", "client_groups", ["tenant_id", "group_id", "client_id"], unique=False)
    op.create_index(op.f("ix_client_groups_client_id"), "client_groups", ["client_id"], unique=False)
    op.create_index(op.f("ix_client_groups_tenant_id"), "client_groups", ["tenant_id"], unique=False)
    op.create_table(
        "clients",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
    )
    op.create_index(op.f("ix_clients_tenant_id"), "clients", ["tenant_id"], unique=False)
    op.create_table(
        "notifications",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("origin_code", sa.String(length=100), nullable=False),
        sa.Column("reference", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("issuer", sa.JSON(), nullable=False),
        sa.Column("issuer_root", sa.JSON(), nullable=False),
        sa.Column("holder_tax_id", sa.String(length=50), nullable=False),
        sa.Column("available_at", Instant(), nullable=False),
        sa.Column("read_by", sa.Date(), nullable=True),
        sa.Column("process_by", sa.Date(), nullable=True),
        sa.Column("body_state", sa.String(length=20), nullable=False),
        sa.Column("state_said_at", Instant(), nullable=False),
        sa.Column("processing_state", sa.String(length=20), nullable=False),
        sa.Column("assignee_id", sa.String(length=36), nullable=True),
        sa.Column("opened_at", Instant(), nullable=True),
        sa.Column("opened_by", sa.String(length=36), nullable=True),
        sa.Column("deadlines", sa.JSON(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "source", "body", "origin_code", "reference"),
    )
    op.create_index(op.f("ix_notifications_tenant_id"), "notifications", ["tenant_id"], unique=False)
    op.create_index(
        "notifications_by_read_by", "notifications", ["tenant_id", "processing_state", "read_by", "available_at", "id"], unique=False
    )
    op.create_index("notifications_of_client", "notifications", ["tenant_id", "client_id", "processing_state", "read_by"], unique=False)
    op.create_table(
        "users",
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_index(op.f("ix_users_tenant_id"), "users", ["tenant_id"], unique=False)
    protect("client_groups")
    protect("clients")
    protect("notifications")
    protect("users")
