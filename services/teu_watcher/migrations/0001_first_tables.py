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
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_clients_tenant_id"), "clients", ["tenant_id"], unique=False)
    op.create_table(
        "days",
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("edicts_total", sa.Integer(), nullable=False),
        sa.Column("edicts_read", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_polled_at", Instant(), nullable=True),
        sa.Column("next_at", Instant(), nullable=True),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("published_on"),
    )
    op.create_index(op.f("ix_days_next_at"), "days", ["next_at"], unique=False)
    op.create_table(
        "documents",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("edict_id", sa.String(length=30), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "edict_id"),
    )
    op.create_table(
        "edicts",
        sa.Column("id", sa.String(length=30), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("regime", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("wanted_at", Instant(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_edicts_published_on"), "edicts", ["published_on"], unique=False)
    op.create_index(op.f("ix_edicts_wanted_at"), "edicts", ["wanted_at"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("edicts_read", sa.Integer(), nullable=False),
        sa.Column("edicts_total", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("requested_by", sa.String(length=36), nullable=False),
        sa.Column("requested_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_jobs_tenant_id"), "jobs", ["tenant_id"], unique=False)
    op.create_table(
        "matches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("edict_id", sa.String(length=30), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("regime", sa.String(length=10), nullable=False),
        sa.Column("holder_tax_id", sa.String(length=20), nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("match", sa.String(length=20), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("tray", sa.String(length=12), nullable=False),
        sa.Column("tray_version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("client_id", "edict_id"),
    )
    op.create_index(op.f("ix_matches_edict_id"), "matches", ["edict_id"], unique=False)
    op.create_index(op.f("ix_matches_published_on"), "matches", ["published_on"], unique=False)
    op.create_index(op.f("ix_matches_tenant_id"), "matches", ["tenant_id"], unique=False)
    op.create_table(
        "mentions",
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.Column("edict_id", sa.String(length=30), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("hash", "edict_id"),
    )
    op.create_index(op.f("ix_mentions_published_on"), "mentions", ["published_on"], unique=False)
    op.create_table(
        "source",
        sa.Column("id", sa.String(length=10), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("switched_at", Instant(), nullable=True),
        sa.Column("watching_since", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "watched",
        sa.Column("client_id", sa.String(length=36), nullable=False),
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("hash", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("client_id"),
    )
    op.create_index(op.f("ix_watched_hash"), "watched", ["hash"], unique=False)
    protect("client_groups")
    protect("clients")
    protect("documents")
    protect("jobs")
    protect("matches")
