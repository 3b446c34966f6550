"""Servers that only these tests use, because they are killed, and the ledger's services as children on them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from deploy.private_servers import private_servers
from services.chassis.broker import declare
from services.chassis.database import driver_of
from services.contracts.message import new_id
from tests.chassis import ledger
from tests.conftest import VAR
from tests.faults.processes import supervised
from tests.worlds import deployed_settings

DATABASE = "faults"


@pytest.fixture(scope="session")
def servers():
    VAR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=VAR, prefix="faults-"))
    folder.chmod(0o755)
    with private_servers(folder) as started:
        yield started
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(servers, tmp_path_factory):
    """Tables and queues are made once: RabbitMQ before 4.0 may lose a queue that is younger than half a second when it is killed."""
    settings = deployed_settings(tmp_path_factory.mktemp("faults"), servers, DATABASE, rpc_timeout_s=2)
    admin = create_engine(driver_of(servers.postgres_admin_url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {DATABASE}")
    admin.dispose()
    ledger.prepare(settings)
    declare(settings, [ledger.Giver, ledger.Taker])
    return settings


@pytest.fixture
def processes(settings, tmp_path):
    with supervised(settings, tmp_path) as supervisor:
        yield supervisor


@pytest.fixture
def tenant():
    return new_id()
