"""Views and versions of fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect
from services.chassis.tables import Instant

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "client_mailboxes",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.String(length=20), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("said_at", Instant(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "body"),
    )
    op.create_index(op.f("ix_client_mailboxes_tenant_id"), "client_mailboxes", ["tenant_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("user_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_saved_views_tenant_id"), "saved_views", ["tenant_id"], unique=False)
    op.create_index("saved_views_name_once", "saved_views", ["tenant_id", "user_id", "name"], unique=True)
    op.add_column("client_facts", sa.Column("has_odd_number", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("client_facts", sa.Column("has_number", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("client_facts", sa.Column("has_power", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(
        "client_facts_by_certificate", "client_facts", ["tenant_id", "is_archived", "certificate_not_after", "client_id"], unique=False
    )
    op.drop_column("client_facts", "mailboxes_at")
    op.add_column("clients", sa.Column("changed_in", sa.JSON(), nullable=False, server_default="{}"))
    protect("client_mailboxes")
    protect("saved_views")
