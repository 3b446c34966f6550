"""Long jobs."""

from __future__ import annotations

from services.chassis.message_tables import job_tables

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    job_tables()
