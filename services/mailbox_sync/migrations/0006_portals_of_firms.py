"""Portals of firms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "portals",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("said", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("is_removed", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id"),
    )
    protect("portals")
