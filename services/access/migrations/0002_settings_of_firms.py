"""Settings of firms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect
from services.chassis.tables import Instant

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "logos",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("media_type", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    op.add_column("tenants", sa.Column("suspended_at", Instant(), nullable=True))
    op.add_column("tenants", sa.Column("certificate_warning_days", sa.Integer(), server_default="60", nullable=False))
    op.add_column("tenants", sa.Column("strict_passwords", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("tenants", sa.Column("language", sa.String(length=2), server_default="es", nullable=False))
    op.add_column("tenants", sa.Column("default_mailboxes", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("tenants", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    protect("logos")
