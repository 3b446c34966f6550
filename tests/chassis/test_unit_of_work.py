"""Rows, events and the mark "handled" leave together or not at all, in both worlds."""

from __future__ import annotations

import pytest
from nameko.exceptions import RemoteError
from sqlalchemy import delete, select, update

from services.chassis.asking import Asking
from services.chassis.database import InsideAUnitOfWork, outside_units
from services.contracts.message import new_id
from tests.chassis.ledger import EntryGiven, Given
from tests.worlds import until


def events_of(store, tenant):
    with store.begin() as db:
        return [envelope["id"] for envelope in db.scalars(select(store.model.Outgoing.envelope)) if envelope["tenant_id"] == tenant]


def given(ledger, tenant, **options):
    with ledger.store("giver").begin(Asking(tenant_id=tenant)) as db:
        return sorted(db.scalars(select(Given.name), execution_options=options))


def test_what_was_committed_arrives(ledger, tenant, giver):
    giver.give(["a", "b"])
    until(lambda: ledger.taken(tenant) == ["a", "b"])
    assert giver.given() == ["a", "b"]


def test_a_unit_that_fails_leaves_neither_row_nor_event(ledger, tenant, giver):
    with pytest.raises(RemoteError):
        giver.give_and_fail("never")
    assert giver.given() == []
    assert events_of(ledger.store("giver"), tenant) == []


def test_what_is_rolled_back_to_a_savepoint_takes_its_events_along(ledger, tenant):
    store = ledger.store("giver")
    with store.begin(Asking(tenant_id=tenant)) as db:
        db.publish(EntryGiven(name="before"))
        savepoint = db.begin_nested()
        db.publish(EntryGiven(name="undone"))
        savepoint.rollback()
        db.publish(EntryGiven(name="after"))
    until(lambda: ledger.taken(tenant) == ["after", "before"])
    assert len(events_of(store, tenant)) == 2


def test_a_service_may_not_publish_for_another(ledger, tenant):
    with ledger.store("taker").begin(Asking(tenant_id=tenant)) as db, pytest.raises(ValueError, match="taker may not publish"):
        db.publish(EntryGiven(name="borrowed"))


def test_another_service_cannot_be_asked_inside_a_unit(giver):
    with pytest.raises(RemoteError) as caught:
        giver.ask_inside()
    assert caught.value.exc_type == InsideAUnitOfWork.__name__


def test_another_service_can_be_asked_outside_a_unit(giver):
    assert giver.ask_outside() == []


def test_what_takes_long_refuses_to_start_inside_a_unit(ledger, tenant):
    outside_units("hashing")
    with ledger.store("giver").begin(Asking(tenant_id=tenant)), pytest.raises(InsideAUnitOfWork, match="hashing"):
        outside_units("hashing")


def test_a_tenant_sees_changes_and_removes_only_its_own(ledger, tenant, giver):
    giver.give(["mine"])
    store = ledger.store("giver")
    with store.begin(Asking(tenant_id=new_id())) as db:
        assert db.scalars(select(Given).where(Given.name == "mine")).all() == []
        assert db.execute(update(Given).values(name="taken over")).rowcount == 0
        assert db.execute(delete(Given)).rowcount == 0
    assert given(ledger, tenant) == ["mine"]


def test_acting_for_nobody_sees_nothing(ledger, giver):
    giver.give(["hers"])
    assert given(ledger, "") == []


def test_one_unit_may_act_for_several_tenants_in_turn(ledger, tenant):
    other = new_id()
    with ledger.store("giver").begin(Asking(tenant_id=tenant)) as db:
        db.add(Given(name="first"))
        db.act_for(Asking(tenant_id=other))
        db.add(Given(name="second"))
        assert db.scalars(select(Given.name)).all() == ["second"]
    assert (given(ledger, tenant), given(ledger, other)) == (["first"], ["second"])
