"""PostgreSQL keeps tenants apart by itself: with the application's own filter removed nothing leaks (real tables: test_tenant_tables)."""

from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork, filter_by_tenant
from services.contracts.message import new_id
from tests.chassis.ledger import Given

deployed_only = pytest.mark.parametrize("ledger", ["deployed"], indirect=True)


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
