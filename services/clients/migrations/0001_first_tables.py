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
        "client_certificates",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("tax_id", sa.String(length=50), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("serial", sa.String(length=80), nullable=False),
        sa.Column("not_before", Instant(), nullable=True),
        sa.Column("not_after", Instant(), nullable=True),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_client_certificates_client_id"), "client_certificates", ["client_id"], unique=False)
    op.create_index(op.f("ix_client_certificates_tenant_id"), "client_certificates", ["tenant_id"], unique=False)
    op.create_table(
        "client_facts",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("receives_notifications", sa.Boolean(), nullable=False),
        sa.Column("watch_edicts", sa.Boolean(), nullable=False),
        sa.Column("tax_id", sa.String(length=9), nullable=False),
        sa.Column("sort_name", sa.String(length=100), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("certificate_id", sa.String(length=36), nullable=False),
        sa.Column("certificate_tax_id", sa.String(length=50), nullable=False),
        sa.Column("certificate_not_after", Instant(), nullable=True),
        sa.Column("pending", sa.Integer(), nullable=False),
        sa.Column("nearest_read_by", sa.Date(), nullable=True),
        sa.Column("counted_at", Instant(), nullable=True),
        sa.Column("last_complete_check_at", Instant(), nullable=True),
        sa.Column("checked_at", Instant(), nullable=True),
        sa.Column("has_social_security_mailbox", sa.Boolean(), nullable=False),
        sa.Column("mailboxes_at", Instant(), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
    )
    op.create_index(
        "client_facts_by_check", "client_facts", ["tenant_id", "is_archived", "last_complete_check_at", "client_id"], unique=False
    )
    op.create_index("client_facts_by_name", "client_facts", ["tenant_id", "is_archived", "sort_name", "client_id"], unique=False)
    op.create_index("client_facts_by_pending", "client_facts", ["tenant_id", "is_archived", "pending", "client_id"], unique=False)
    op.create_index("client_facts_by_read_by", "client_facts", ["tenant_id", "is_archived", "nearest_read_by", "client_id"], unique=False)
    op.create_index("client_facts_by_tax_id", "client_facts", ["tenant_id", "is_archived", "tax_id", "client_id"], unique=False)
    op.create_index(op.f("ix_client_facts_tenant_id"), "client_facts", ["tenant_id"], unique=False)
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
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tax_id", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("postal_address", sa.JSON(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("ccc", sa.JSON(), nullable=False),
        sa.Column("naf", sa.JSON(), nullable=False),
        sa.Column("receives_notifications", sa.Boolean(), nullable=False),
        sa.Column("watch_edicts", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("updated_at", Instant(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "clients_tax_id_once",
        "clients",
        ["tenant_id", "tax_id"],
        unique=True,
        sqlite_where=sa.text("NOT is_archived"),
        postgresql_where=sa.text("NOT is_archived"),
    )
    op.create_index(op.f("ix_clients_tenant_id"), "clients", ["tenant_id"], unique=False)
    op.create_table(
        "groups",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_groups_tenant_id"), "groups", ["tenant_id"], unique=False)
    protect("client_certificates")
    protect("client_facts")
    protect("client_groups")
    protect("clients")
    protect("groups")
