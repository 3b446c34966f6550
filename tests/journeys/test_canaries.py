"""What one firm writes and receives is never shown to another, nor found in logs, in the broker's files or in the tables of all firms."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from services.catalogue import databases
from services.chassis.database import EVENTS
from services.chassis.engines import driver_of
from services.chassis.sealing import Seals
from services.chassis.settings import Settings
from tests.chassis.exceptions import exceptions_of
from tests.journeys.canaries import Aviary, ids_in
from tests.journeys.described import Description
from tests.sites import DEPLOYED_IN_FULL

pytestmark = DEPLOYED_IN_FULL
PUBLIC = {"edicts"}  # What the bulletin publishes for everybody; its rows that name somebody are in the tables of firms.


@pytest.fixture(scope="module")
def aviaries(site):
    return Aviary(site), Aviary(site)


@pytest.fixture(scope="module")
def seen(site, aviaries):
    description = Description(site.visitor().get("/api/openapi.json").body)
    return [aviary.everything_seen(description) for aviary in aviaries]


def test_each_firm_is_shown_its_own_canaries(aviaries, seen):
    """Or the comparisons below would compare nothing."""
    for aviary, text_seen in zip(aviaries, seen, strict=True):
        assert [canary for canary in aviary.canaries if canary not in text_seen] == []
        assert text_seen.count(aviary.word) > 30


def test_no_text_of_one_firm_is_shown_to_another(aviaries, seen):
    for aviary, other_seen in zip(aviaries, reversed(seen), strict=True):
        assert [canary for canary in aviary.canaries if canary in other_seen] == []


def test_no_id_of_one_firm_is_shown_to_another(seen):
    mine, others = (ids_in(text_seen) for text_seen in seen)
    assert len(mine) > 50
    assert mine & others == set()


def test_no_canary_reaches_a_log(site, aviaries):
    canaries = [canary for aviary in aviaries for canary in aviary.canaries]
    logs = {process.name: process.log.read_text(errors="replace").lower() for process in site.processes.values()}
    assert all(len(said) > 0 for name, said in logs.items() if name != "gateway")
    assert {(name, canary) for name, said in logs.items() for canary in canaries if canary in said} == set()


def test_no_canary_lies_in_a_table_of_all_firms(site, aviaries):
    canaries = [canary for aviary in aviaries for canary in aviary.canaries]
    found, counted = set(), 0
    for name, row in rows_of_all_firms(site):
        counted += 1
        found |= {(name, canary) for canary in canaries if canary in row.lower()}
    assert counted > 100
    assert found == set()


def rows_of_all_firms(site) -> Iterator[tuple[str, str]]:
    """Every row of every table without row-level security, as text: outbox, parked, directories, watches, …"""
    settings = Settings.from_env(site.environment)
    for service in databases():
        for table in set(exceptions_of(service)) - PUBLIC:
            for row in rows(settings, service, table):
                yield f"{service}.{table}", json.dumps([str(value) for value in row], ensure_ascii=False)


def rows(settings: Settings, service: str, table: str) -> list:
    if settings.is_embedded:
        with sqlite3.connect(f"file:{settings.data_dir}/{service}.db?mode=ro", uri=True) as connection:
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", [table]).fetchone()
            return connection.execute(f"SELECT * FROM {table}").fetchall() if known else []
    engine = create_engine(driver_of(settings.migrate_url))
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT * FROM {service}.{table}")).fetchall()
    engine.dispose()
    return found


def test_no_event_of_one_firm_holds_a_text_or_an_id_of_another(site, aviaries, seen):
    told = events_of(site)
    for aviary, other, other_seen in zip(aviaries, reversed(aviaries), reversed(seen), strict=True):
        events = "\n".join(told[aviary.admin.get("/api/me").body["tenant"]["id"]]).lower()
        assert aviary.word in events
        assert [canary for canary in other.canaries if canary in events] == []
        assert ids_in(events) & ids_in(other_seen) == set()


def events_of(site) -> dict[str, list[str]]:
    """Tenant → its events as they left, with their payloads opened."""
    settings, told = Settings.from_env(site.environment), {}
    seals = Seals.from_file(settings.sealing_key_path)
    for service in databases():
        for row in rows(settings, service, "outbox"):
            envelope = next(json.loads(value) if isinstance(value, str) else value for value in row if "sealed" in str(value))
            payload = seals.open(envelope["tenant_id"], EVENTS, envelope["sealed"]).decode()
            told.setdefault(envelope["tenant_id"], []).append(f"{envelope['topic']} {envelope['by']} {payload}")
    return told


def test_no_canary_lies_in_the_brokers_files(site, aviaries):
    canaries = [canary.encode() for aviary in aviaries for canary in (*aviary.canaries, *map(str.upper, aviary.canaries))]
    files = [path for path in Path(site.data).rglob("*") if path.is_file() and "rabbit" in str(path)]
    assert (site.kind == "embedded") is (files == [])
    assert {(path.name, canary) for path in files for canary in canaries if canary in path.read_bytes()} == set()
