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
        "attempts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("is_failure", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attempts_by_outcome", "attempts", ["body", "outcome", "at"], unique=False)
    op.create_index("attempts_of_body", "attempts", ["body", "at"], unique=False)
    op.create_table(
        "breakers",
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("certificate_id", sa.String(length=36), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("rests_until", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("body", "certificate_id"),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("not_before", Instant(), nullable=False),
        sa.Column("not_after", Instant(), nullable=False),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_certificates_client_id"), "certificates", ["client_id"], unique=False)
    op.create_index(op.f("ix_certificates_tenant_id"), "certificates", ["tenant_id"], unique=False)
    op.create_table(
        "client_groups",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("group_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "group_id"),
    )
    op.create_index(op.f("ix_client_groups_group_id"), "client_groups", ["group_id"], unique=False)
    op.create_index(op.f("ix_client_groups_tenant_id"), "client_groups", ["tenant_id"], unique=False)
    op.create_table(
        "clients",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("tax_id", sa.String(length=20), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("receives_notifications", sa.Boolean(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_clients_tenant_id"), "clients", ["tenant_id"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("mailbox_id", sa.String(length=36), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("pages_read", sa.Integer(), nullable=False),
        sa.Column("total_pages", sa.Integer(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("certificate_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_coverage_mailbox_id"), "coverage", ["mailbox_id"], unique=False)
    op.create_index(op.f("ix_coverage_tenant_id"), "coverage", ["tenant_id"], unique=False)
    op.create_table(
        "due",
        sa.Column("mailbox_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("leased_by", sa.String(length=60), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_id"),
    )
    op.create_index("due_at_all", "due", ["urgent", "due_at"], unique=False)
    op.create_index("due_leased", "due", ["leased_by", "lease_until"], unique=False)
    op.create_index("due_of_tenant", "due", ["tenant_id", "urgent", "due_at"], unique=False)
    op.create_table(
        "known_notices",
        sa.Column("mailbox_id", sa.String(length=36), nullable=False),
        sa.Column("origin_code", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("link", sa.String(length=12), nullable=False),
        sa.Column("holder_tax_id", sa.String(length=20), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("mailbox_id", "origin_code", "reference"),
    )
    op.create_index(op.f("ix_known_notices_tenant_id"), "known_notices", ["tenant_id"], unique=False)
    op.create_table(
        "mailboxes",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.String(length=40), nullable=False),
        sa.Column("via", sa.String(length=20), nullable=False),
        sa.Column("certificate_id", sa.String(length=36), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("last_attempt_at", Instant(), nullable=True),
        sa.Column("last_complete_check_at", Instant(), nullable=True),
        sa.Column("covered_since", Instant(), nullable=True),
        sa.Column("covered_until", Instant(), nullable=True),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("tenant_id", "client_id", "body"),
    )
    op.create_index(op.f("ix_mailboxes_client_id"), "mailboxes", ["client_id"], unique=False)
    op.create_index(op.f("ix_mailboxes_tenant_id"), "mailboxes", ["tenant_id"], unique=False)
    op.create_table(
        "syncs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("mailbox_id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("pages_read", sa.Integer(), nullable=False),
        sa.Column("total_pages", sa.Integer(), nullable=True),
        sa.Column("notices_seen", sa.Integer(), nullable=False),
        sa.Column("notices_new", sa.Integer(), nullable=False),
        sa.Column("error", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("requested_by", sa.String(length=36), nullable=False),
        sa.Column("requested_only", sa.Text(), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("started_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_syncs_tenant_id"), "syncs", ["tenant_id"], unique=False)
    op.create_index("syncs_of_mailbox", "syncs", ["mailbox_id", "state"], unique=False)
    op.create_table(
        "turns",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("last_served", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.create_index("turns_in_order", "turns", ["last_served", "tenant_id"], unique=False)
    protect("certificates")
    protect("client_groups")
    protect("clients")
    protect("coverage")
    protect("known_notices")
    protect("mailboxes")
    protect("syncs")
