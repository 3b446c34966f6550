"""Entries are append-only: the database refuses to change, remove or truncate them, whoever asks with the service's role."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

REFUSAL = "entries of the trail are append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$")
        change = "UPDATE OR DELETE OR TRUNCATE"
        op.execute(f"CREATE TRIGGER append_only BEFORE {change} ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")
        return
    for act in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER append_only_{act.lower()} BEFORE {act} ON entries BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")
