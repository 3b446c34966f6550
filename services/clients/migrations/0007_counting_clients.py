"""A narrow index to count clients by."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_index("client_facts_counted", "client_facts", ["tenant_id", "is_archived"])
