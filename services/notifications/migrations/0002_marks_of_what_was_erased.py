"""Marks of what was erased."""

from __future__ import annotations

from services.chassis.message_tables import erased_table

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    erased_table()
