"""Suspended firms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("turns", sa.Column("is_suspended", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("turns", sa.Column("tenant_version", sa.Integer(), server_default="0", nullable=False))
