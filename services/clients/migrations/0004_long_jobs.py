"""Long jobs."""

from __future__ import annotations

from services.chassis.message_tables import job_tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    job_tables()
