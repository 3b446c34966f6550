"""Every table of every service in PostgreSQL: the tenants' tables keep them apart without our own filter, and the catalogue is complete."""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, make_url, select, text
from sqlalchemy.exc import DBAPIError

from services.catalogue import databases
from services.chassis.asking import NOBODY, Asking
from services.chassis.database import Store, driver_of
from services.chassis.migrations import model_of, tenant_tables
from services.chassis.sealing import Seals
from services.chassis.tables import Instant
from services.contracts.message import new_id
from tests.chassis.policies import faults

pytestmark = pytest.mark.parametrize("migrated", ["deployed"], indirect=True)
every_service = pytest.mark.parametrize("service", databases())
every_tenant_table = pytest.mark.parametrize(
    ("service", "table"), [(service, table) for service in databases() for table in sorted(tenant_tables(model_of(service)))]
)
APPEND_ONLY = "append-only"
UNFILTERED = {"without_tenant_filter": True}
numbers = itertools.count(1)


@pytest.fixture(scope="module")
def stores(migrated):
    """Service → its own database with its own role; no service runs on them."""
    seals = Seals.from_file(migrated.sealing_key_path)
    opened = {service: Store(model_of(service), migrated.database_for(service), seals) for service in databases()}
    yield opened
    for store in opened.values():
        store.engine.dispose()


@contextlib.contextmanager
def as_owner(settings: Any):
    """A connection above all policies whose changes are undone."""
    engine = create_engine(driver_of(settings.migrate_url))
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


def mapped(service: str, table: str) -> type:
    return next(mapper.class_ for mapper in model_of(service).registry.mappers if mapper.local_table.name == table)


def made_up(column: Any) -> Any:
    """A value of the column's type that, where there is room, no other row has."""
    kind, number = datetime if isinstance(column.type, Instant) else column.type.python_type, next(numbers)
    values = {int: number, bool: False, date: date(2026, 1, 1), datetime: datetime(2026, 1, 1, tzinfo=UTC), bytes: b"x", float: 1.0}
    if kind is str:
        length = column.type.length or 36
        return new_id() if length >= 36 else str(number)[-length:]
    return values.get(kind, {})


def a_row(row: type, tenant_id: str) -> dict[str, Any]:
    return {column.name: made_up(column) for column in row.__table__.columns} | {"tenant_id": tenant_id}


def put(store: Store, row: type, tenant_id: str, acting_for: str) -> None:
    with store.begin(Asking(tenant_id=acting_for)) as db:
        db.connection().execute(insert(row.__table__), [a_row(row, tenant_id)])


def rows_touched(store: Store, asking: Asking, statement: str) -> int:
    """None in a table that takes no changes from anybody."""
    try:
        with store.begin(asking) as db:
            return db.execute(text(statement)).rowcount
    except DBAPIError as error:
        if APPEND_ONLY not in str(error):
            raise
        return 0


@every_tenant_table
def test_without_our_own_filter_a_tenant_sees_its_own_rows_only(stores, service, table):
    store, row, firms = stores[service], mapped(service, table), (new_id(), new_id())
    for firm in firms:
        put(store, row, firm, firm)
    for firm in firms:
        with store.begin(Asking(tenant_id=firm)) as db:
            found = db.scalars(select(row).execution_options(**UNFILTERED)).all()
            assert [each.tenant_id for each in found] == [firm]


@every_tenant_table
def test_without_our_own_filter_nobody_sees_changes_or_deletes_anything(stores, service, table):
    store, row, mine = stores[service], mapped(service, table), new_id()
    put(store, row, mine, mine)
    for asking in (NOBODY, Asking(tenant_id=new_id())):
        with store.begin(asking) as db:
            assert db.scalars(select(row).execution_options(**UNFILTERED)).all() == []
        assert rows_touched(store, asking, f"UPDATE {table} SET tenant_id = 'taken over'") == 0
        assert rows_touched(store, asking, f"DELETE FROM {table}") == 0


@every_tenant_table
def test_a_row_is_not_put_under_another_tenant_nor_under_nobody(stores, service, table):
    store, row, mine = stores[service], mapped(service, table), new_id()
    for acting in (mine, ""):
        with pytest.raises(DBAPIError, match="row-level security"):
            put(store, row, new_id(), acting)
    put(store, row, mine, mine)
    with pytest.raises(DBAPIError, match=f"row-level security|{APPEND_ONLY}"), store.begin(Asking(tenant_id=mine)) as db:
        db.execute(text(f"UPDATE {table} SET tenant_id = 'given away'"))


@every_service
def test_each_table_is_protected_or_a_reviewed_exception_and_the_role_is_bound(migrated, service):
    with as_owner(migrated) as connection:
        assert faults(connection, service, role_of(migrated, service)) == []


def role_of(settings: Any, service: str) -> str:
    return make_url(settings.database_for(service)).username


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("DROP POLICY tenant_only ON clients.clients", "clients has other policies than ours: None"),
        ("ALTER TABLE clients.clients NO FORCE ROW LEVEL SECURITY", "clients has no forced row-level security"),
        ("ALTER TABLE clients.clients DISABLE ROW LEVEL SECURITY", "clients has no forced row-level security"),
        ("CREATE POLICY also ON clients.clients USING (true)", "clients has other policies than ours"),
        ("CREATE TABLE clients.lists (tenant_id text, name text)", "lists has no forced row-level security"),
        ("CREATE VIEW clients.all_of_them AS SELECT * FROM clients.clients", "all_of_them has no forced row-level security"),
        ("ALTER TABLE clients.parked ADD COLUMN name text", "parked is an exception whose columns were not reviewed: ['name']"),
        ("ALTER TABLE clients.clients OWNER TO casillero_clients", "clients is owned by the service's own role"),
        ("ALTER ROLE casillero_clients BYPASSRLS", "casillero_clients has a right that no service needs"),
        ("GRANT USAGE ON SCHEMA keyring TO casillero_clients", "casillero_clients may look in keyring"),
        ("GRANT casillero_keyring TO casillero_clients", "casillero_clients is a member of another role"),
    ],
)
def test_a_protection_that_is_taken_away_is_found(migrated, damage, fault):
    with as_owner(migrated) as connection:
        connection.execute(text(damage))
        assert any(each.startswith(fault) for each in faults(connection, "clients", "casillero_clients"))
