"""Tables of audit of one test's own, beside those of the world, on which nobody else works."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from services.audit.checkpoint import TrailKeys
from services.audit.models import Model
from services.chassis.database import Store, driver_of
from services.chassis.migrations import migrate
from services.chassis.sealing import Seals
from services.chassis.settings import Settings
from tests.worlds import numbers


@dataclass
class Place:
    store: Store
    settings: Settings
    keys: TrailKeys


@pytest.fixture
def place(world: Any, tmp_path: Any):
    """SQLite, or a database of its own of the world's PostgreSQL."""
    settings = replace(world.settings, data_dir=tmp_path)
    if not settings.is_embedded:
        name = f"trails{next(numbers)}"
        engine = create_engine(driver_of(settings.migrate_url), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"create database {name}"))
        engine.dispose()
        database_url, migrate_url = (f"{url.rpartition('/')[0]}/{name}" for url in (settings.database_url, settings.migrate_url))
        settings = replace(settings, database_url=database_url, migrate_url=migrate_url)
    migrate(settings, ["audit"])
    store = Store(Model, settings.database_for("audit"), Seals.from_file(world.settings.sealing_key_path))
    yield Place(store, settings, TrailKeys({"k1": bytes(range(32))}))
    store.engine.dispose()
