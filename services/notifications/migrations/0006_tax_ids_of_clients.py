"""Which tax id each client has, from its next change on: whose a notice is decides its holder."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("clients", sa.Column("tax_id", sa.String(9), server_default="", nullable=False))
