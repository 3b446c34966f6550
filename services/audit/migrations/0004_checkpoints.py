"""Checkpoints, append-only like entries; and `trails`, which is asked across tenants for what is due, loses its row-level security."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect
from services.chassis.tables import Instant

revision = "0004"
down_revision = "0003"

REFUSAL = "checkpoints of the trail are append-only"


def upgrade() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("size", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("key_id", sa.String(length=40), nullable=False),
        sa.Column("signature", sa.String(length=88), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "size"),
    )
    op.create_table(
        "nodes",
        sa.Column("tenant_id", sa.String(length=36), nullable=False),
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "level", "number"),
    )
    op.create_table("signing_keys", sa.Column("id", sa.String(length=40), nullable=False), sa.PrimaryKeyConstraint("id"))
    op.add_column("trails", sa.Column("signed_size", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("trails", sa.Column("signed_at", Instant(), nullable=True))
    op.add_column("trails", sa.Column("next_at", Instant(), nullable=True))
    op.add_column("trails", sa.Column("reread", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("trails", sa.Column("fault", sa.JSON(), nullable=True))
    protect("checkpoints")
    protect("nodes")
    keep_as_signed()
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP POLICY tenant_only ON trails")
        op.execute("ALTER TABLE trails NO FORCE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE trails DISABLE ROW LEVEL SECURITY")


def keep_as_signed() -> None:
    if op.get_bind().dialect.name == "postgresql":
        body = f"BEGIN RAISE EXCEPTION '{REFUSAL}'; END"
        op.execute(f"CREATE FUNCTION refuse_change_of_checkpoint() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        change = "BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints FOR EACH STATEMENT"
        op.execute(f"CREATE TRIGGER append_only {change} EXECUTE FUNCTION refuse_change_of_checkpoint()")
        return
    for act in ("UPDATE", "DELETE"):
        refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        op.execute(f"CREATE TRIGGER checkpoints_append_only_{act.lower()} BEFORE {act} ON checkpoints {refuse}")
