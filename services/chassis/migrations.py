"""Alembic migrations a service, in `services/<name>/migrations/`, without an env.py each.

Embedded they run at start; deployed `casillero migrate` runs them as the role that owns the tables. There each service has a schema and a
role of its own, which is neither owner nor BYPASSRLS, so that the policies made by `protect` bind it.

`python -m services.chassis.migrations clients "what changes"` writes a new one from the difference between the models and the last
migration.
"""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path
from typing import Any, Literal

from alembic import op
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text

from services.chassis.database import driver_of, open_engine
from services.chassis.settings import SettingMissing, Settings
from services.chassis.tables import Tenanted

SERVICES = Path(__file__).parents[1]
HEADER = '''"""{message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.chassis.migrations import protect
from services.chassis.tables import Instant

revision = "{revision}"
down_revision = {down!r}


def upgrade() -> None:
'''


def migrate(settings: Settings, services: list[str]) -> None:
    """Bring the tables of these services up to date. Raises SettingMissing when PostgreSQL is used and nobody says as whom to migrate."""
    for service in services:
        if not settings.database_url:
            settings.data_dir.mkdir(parents=True, exist_ok=True)
            upgrade(open_engine(settings.database_for(service), service), service)
            continue
        if not settings.migrate_url:
            raise SettingMissing(
                "CASILLERO_MIGRATE_URL no está puesta: dirección de PostgreSQL como propietario de las tablas, para `casillero migrate`."
            )
        prepare_schema(settings, service)
        upgrade(open_engine(settings.migrate_url, service), service)
        grant(settings, service)


def upgrade(engine: Engine, service: str) -> None:
    script = ScriptDirectory(str(SERVICES / service / "migrations"), version_locations=[str(SERVICES / service / "migrations")])
    with (
        engine.begin() as connection,
        EnvironmentContext(Config(), script, fn=lambda revision, context: script._upgrade_revs("head", revision)) as env,
    ):
        env.configure(connection=connection, transactional_ddl=False)
        env.run_migrations()
    engine.dispose()


def protect(table: str) -> None:
    """Row-level security of a tenant's table, for its owner too; SQLite has none, there the unit of work's filter stands alone."""
    if op.get_bind().dialect.name == "postgresql":
        for statement in protection(table):
            op.execute(statement)


def protection(table: str) -> tuple[str, ...]:
    own = "tenant_id = nullif(current_setting('app.tenant', true), '')"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_only ON {table} USING ({own}) WITH CHECK ({own})",
    )


def prepare_schema(settings: Settings, service: str) -> None:
    url = make_url(settings.database_for(service))
    engine = create_engine(driver_of(settings.migrate_url))
    with engine.begin() as owner:
        if not owner.scalar(text("select 1 from pg_roles where rolname = :role"), {"role": url.username}):
            password = f"PASSWORD {literal(owner, url.password)}" if url.password else ""
            owner.execute(text(f'CREATE ROLE "{url.username}" LOGIN NOSUPERUSER NOBYPASSRLS {password}'))
        owner.execute(text(f"CREATE SCHEMA IF NOT EXISTS {service}"))
    engine.dispose()


def literal(connection: Connection, value: str) -> str:
    """A quoted SQL string: CREATE ROLE takes no parameters."""
    return connection.scalar(text("select quote_literal(:value)"), {"value": value})


def grant(settings: Settings, service: str) -> None:
    role = make_url(settings.database_for(service)).username
    engine = create_engine(driver_of(settings.migrate_url))
    with engine.begin() as owner:
        owner.execute(text(f'GRANT USAGE ON SCHEMA {service} TO "{role}"'))
        owner.execute(text(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {service} TO "{role}"'))
        owner.execute(text(f'GRANT USAGE ON ALL SEQUENCES IN SCHEMA {service} TO "{role}"'))
    engine.dispose()


def model_of(service: str) -> Any:
    return importlib.import_module(f"services.{service}.models").Model


def tenant_tables(model: Any) -> set[str]:
    """The tables that row-level security must protect."""
    return {mapper.local_table.name for mapper in model.registry.mappers if issubclass(mapper.class_, Tenanted)}


def differences(service: str) -> tuple[str, set[str]]:
    """What the models have and the migrations do not: Python code ("pass" when nothing), and the tenant tables it makes."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/{service}.db"
        upgrade(open_engine(url, service), service)
        return compared(service, open_engine(url, service))


def compared(service: str, engine: Engine) -> tuple[str, set[str]]:
    """The same for a database that has been migrated."""
    model = model_of(service)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False, "user_module_prefix": ""})
        present = set(context.dialect.get_table_names(connection))
        operations: Any = produce_migrations(context, model.metadata).upgrade_ops
        code = render_python_code(operations, render_item=render_item)
    engine.dispose()
    said = [line.strip() for line in code.splitlines() if line.strip() and not line.strip().startswith("#")]
    return "\n".join(said), tenant_tables(model) - present


def render_item(kind: str, item: object, context: object) -> str | Literal[False]:
    return "Instant()" if kind == "type" and type(item).__name__ == "Instant" else False


def write(service: str, message: str) -> Path:
    folder = SERVICES / service / "migrations"
    folder.mkdir(exist_ok=True)
    before = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    revision = f"{len(before) + 1:04d}"
    code, tables = differences(service)
    body = [f"    {line}" for line in code.splitlines()] + [f'    protect("{table}")' for table in sorted(tables)]
    path = folder / f"{revision}_{message.lower().replace(' ', '_')}.py"
    path.write_text(
        HEADER.format(message=f"{message[0].upper()}{message[1:]}.", revision=revision, down=before[-1][:4] if before else None)
        + "\n".join(body)
        + "\n"
    )
    return path


if __name__ == "__main__":
    print(write(sys.argv[1], sys.argv[2]))
