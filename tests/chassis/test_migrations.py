"""What the migrations make is what the models say, in both dialects."""

from __future__ import annotations

import pytest

from services.catalogue import databases
from services.chassis.database import open_engine
from services.chassis.migrations import compared, migrate, model_of, tenant_tables
from services.chassis.settings import SettingMissing, Settings


@pytest.mark.parametrize("service", databases())
def test_the_migrations_make_what_the_models_say(migrated, service):
    owner = open_engine(migrated.migrate_url or migrated.database_for(service), service)
    assert compared(service, owner) == ("pass", set())


def test_migrating_twice_changes_nothing(migrated):
    migrate(migrated, databases())


def test_tables_without_a_migration_are_noticed(tmp_path):
    code, tables = compared("access", open_engine(f"sqlite:///{tmp_path}/empty.db", "access"))
    assert "op.create_table('users'" in code
    assert tables == tenant_tables(model_of("access"))


def test_postgresql_is_not_migrated_as_nobody(tmp_path):
    settings = Settings(data_dir=tmp_path, database_url="postgresql://casillero_{service}@127.0.0.1/postgres")
    with pytest.raises(SettingMissing, match="CASILLERO_MIGRATE_URL"):
        migrate(settings, ["access"])
