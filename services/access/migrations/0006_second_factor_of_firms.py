"""Second factor of firms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("tenants", sa.Column("requires_second_factor", sa.Boolean(), server_default=sa.false(), nullable=False))
