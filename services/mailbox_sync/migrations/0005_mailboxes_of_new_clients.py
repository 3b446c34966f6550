"""Mailboxes of new clients."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "firms",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("default_mailboxes", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id"),
    )
    protect("firms")
