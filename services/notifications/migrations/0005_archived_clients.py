"""Which clients are archived."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("clients", sa.Column("is_archived", sa.Boolean(), server_default=sa.false(), nullable=False))
