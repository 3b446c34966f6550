"""PostgreSQL keeps tenants apart by itself: with the application's own filter removed nothing leaks, and no table is left out."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import create_engine, event, select, text
from sqlalchemy.exc import DBAPIError

from services.catalogue import databases
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork, driver_of, filter_by_tenant
from services.chassis.migrations import model_of, tenant_tables
from services.contracts.message import new_id
from tests.chassis.ledger import Given

deployed_only = pytest.mark.parametrize("ledger", ["deployed"], indirect=True)
migrated_on_postgresql = pytest.mark.parametrize("migrated", ["deployed"], indirect=True)

# Tables with a tenant that are read across tenants: no personal text in clear, see the docstring of each service's models.
ACROSS_TENANTS = {
    "access": {"directory"},
    "sign_in": {"token_hashes", "sessions", "invitations"},
    "mailbox_sync": {"due", "turns"},
    "teu_watcher": {"watched"},
}


@contextlib.contextmanager
def without_our_own_filter():
    event.remove(UnitOfWork, "do_orm_execute", filter_by_tenant)
    try:
        yield
    finally:
        event.listen(UnitOfWork, "do_orm_execute", filter_by_tenant)


@deployed_only
def test_a_forgotten_filter_leaks_nothing(ledger, tenant, giver):
    giver.give(["mine"])
    store, other = ledger.store("giver"), new_id()
    with without_our_own_filter(), store.begin(Asking(tenant_id=other)) as db:
        assert db.scalars(select(Given.tenant_id)).all() == []
        assert db.execute(text("UPDATE given SET name = 'taken over'")).rowcount == 0
        assert db.execute(text("DELETE FROM given")).rowcount == 0
    with without_our_own_filter(), store.begin(Asking(tenant_id=tenant)) as db:
        assert db.scalars(select(Given.name)).all() == ["mine"]


@deployed_only
def test_nobody_sees_nothing_without_our_own_filter(ledger, giver):
    giver.give(["mine"])
    with without_our_own_filter(), ledger.store("giver").begin() as db:
        assert db.scalars(select(Given.name)).all() == []


@deployed_only
def test_a_row_cannot_be_put_under_another_tenant(ledger, tenant):
    with pytest.raises(DBAPIError, match="row-level security"), ledger.store("giver").begin(Asking(tenant_id=tenant)) as db:
        db.add(Given(name="smuggled", tenant_id=new_id()))


@deployed_only
def test_the_role_of_a_service_is_bound_by_the_policies(ledger):
    role = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    owned = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"
    with ledger.store("giver").begin() as db:
        assert (db.scalar(text(role)), db.scalar(text(owned))) == (False, 0)


@migrated_on_postgresql
@pytest.mark.parametrize("service", databases())
def test_every_table_of_tenants_has_a_forced_policy(migrated, service):
    assert tables(migrated, service, "c.relrowsecurity AND c.relforcerowsecurity AND p.policyname = 'tenant_only'") == tenant_tables(
        model_of(service)
    )


@migrated_on_postgresql
@pytest.mark.parametrize("service", databases())
def test_a_table_with_a_tenant_and_no_policy_is_a_catalogued_exception(migrated, service):
    with_tenant = tables(migrated, service, "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')")
    assert with_tenant - tenant_tables(model_of(service)) == ACROSS_TENANTS.get(service, set())


def tables(settings, service, where):
    owner = create_engine(driver_of(settings.migrate_url))
    query = f"""
        SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_policies p ON p.schemaname = n.nspname AND p.tablename = c.relname
        WHERE n.nspname = :service AND c.relkind = 'r' AND {where}"""
    with owner.connect() as connection:
        found = set(connection.scalars(text(query), {"service": service}))
    owner.dispose()
    return found
