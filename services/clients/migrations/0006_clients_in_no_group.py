"""Clients in no group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("client_facts", sa.Column("has_group", sa.Boolean(), nullable=False, server_default=sa.true()))
