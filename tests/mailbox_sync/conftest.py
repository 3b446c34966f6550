"""An authority, identities with RSA and EC keys and a stand-in for a body, one each a session; a database without workers a test."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text

from deploy.sandbox.authority import Authority
from services.chassis.database import Store, driver_of
from services.chassis.migrations import migrate
from services.chassis.sealing import Seals
from services.mailbox_sync.connecting import BodySettings, Mailbox
from services.mailbox_sync.identity import Identity
from services.mailbox_sync.models import Model

from .stand_in import StandIn

HOLDER = "B12345674"
numbers = itertools.count(1)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def identity(authority: Authority) -> Identity:
    key, certificate = authority.issue(HOLDER, "EMPRESA SL")
    return Identity(key, [certificate], str(authority.ca_file))


@pytest.fixture(scope="session")
def ec_identity(authority: Authority) -> Identity:
    key, certificate = authority.issue(HOLDER, "EMPRESA SL", key="ec")
    return Identity(key, [certificate], str(authority.ca_file))


@pytest.fixture(scope="session")
def _stand_in(authority: Authority) -> Iterator[StandIn]:
    server = StandIn(authority)
    yield server
    server.close()


@pytest.fixture
def stand_in(_stand_in: StandIn) -> StandIn:
    _stand_in.received.clear()
    return _stand_in


@pytest.fixture
def settings(stand_in: StandIn) -> BodySettings:
    return BodySettings(stand_in.base_url)


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox("dehu", "own_certificate", HOLDER, "EMPRESA SL")


@pytest.fixture
def store(world, tmp_path):
    """The tables of mailbox_sync, empty: in SQLite, or in a database of its own of the world's PostgreSQL."""
    settings = replace(world.settings, data_dir=tmp_path)
    if not world.settings.is_embedded:
        name = f"claims{next(numbers)}"
        engine = create_engine(driver_of(world.settings.migrate_url), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        engine.dispose()
        database_url, migrate_url = (f"{url.rpartition('/')[0]}/{name}" for url in (settings.database_url, settings.migrate_url))
        settings = replace(settings, database_url=database_url, migrate_url=migrate_url)
    migrate(settings, ["mailbox_sync"])
    store = Store(Model, settings.database_for("mailbox_sync"), Seals.from_file(world.settings.sealing_key_path))
    yield store
    store.engine.dispose()
