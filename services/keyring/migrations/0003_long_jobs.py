"""Long jobs."""

from __future__ import annotations

from services.chassis.message_tables import job_tables

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    job_tables()
