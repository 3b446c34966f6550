"""References as long as the guide of LEMA allows (255), and tax ids of holders from abroad."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        return  # Which keeps whatever length it is given.
    op.alter_column("known_notices", "reference", type_=sa.String(length=255))
    op.alter_column("known_notices", "holder_tax_id", type_=sa.String(length=50))
