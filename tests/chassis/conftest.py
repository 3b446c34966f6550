"""The two small services of the ledger, in both worlds, and the databases of all real services, migrated, with nothing running on them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine

from services.catalogue import databases
from services.chassis.database import driver_of
from services.chassis.migrations import migrate
from services.chassis.sealing import make_key_file
from services.chassis.settings import Settings
from services.contracts.message import new_id
from tests.chassis import ledger as small_services
from tests.worlds import deployed_settings

WORLDS = ("embedded", "deployed")


def settings_of(kind: str, folder: Path, request: pytest.FixtureRequest, database: str = "postgres") -> Settings:
    if kind == "embedded":
        return Settings(data_dir=folder)
    return deployed_settings(folder, request.getfixturevalue("servers"), database)


@pytest.fixture(scope="session", params=WORLDS)
def ledger(request, tmp_path_factory):
    """Giver and taker, running; a test takes a `tenant` of its own."""
    with small_services.opened(settings_of(request.param, tmp_path_factory.mktemp("ledger"), request)) as started:
        yield started


@pytest.fixture
def tenant() -> str:
    return new_id()


@pytest.fixture
def giver(ledger, tenant):
    """The giver as asked by nobody in particular, for the test's tenant."""
    with ledger.asked(tenant) as services:
        yield services.giver


@pytest.fixture(scope="session", params=WORLDS)
def migrated(request, tmp_path_factory):
    """Settings of databases that every real service's migrations were applied to."""
    settings = settings_of(request.param, tmp_path_factory.mktemp("migrated"), request, "migrated")
    for path in (settings.sealing_key_path, settings.master_key_path, settings.trail_key_path):
        make_key_file(path)
    if request.param == "deployed":
        admin = create_engine(driver_of(request.getfixturevalue("servers").postgres_admin_url), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.exec_driver_sql("CREATE DATABASE migrated")
        admin.dispose()
    migrate(settings, databases())
    return settings
