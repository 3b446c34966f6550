"""The trail in both worlds: gapless, per tenant, never changed."""

from __future__ import annotations

import eventlet
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.audit.entry import digest
from services.audit.models import Entry
from services.chassis.asking import Asking


def act(firm, subject: str = "s", **more) -> dict:
    return {"tenant_id": firm, "act": "test.acted", "user_id": "u", "subject": subject, "detail": {}, **more}


def trail_of(world, tenant_id: str) -> list[Entry]:
    with world.store("audit").begin(Asking(tenant_id=tenant_id)) as db:
        return list(db.scalars(select(Entry).where(Entry.act == "test.acted").order_by(Entry.seq)))


def test_entries_of_two_tenants_in_one_call_get_their_ids_in_the_order_given(world):
    one, two = "a-" + world.kind, "b-" + world.kind
    ids = world.nobody.audit.record([act(two, "1"), act(one, "2"), act(two, "3")])
    subjects = {entry.id: (entry.tenant_id, entry.subject) for tenant in (one, two) for entry in trail_of(world, tenant)}
    assert [subjects[entry_id] for entry_id in ids] == [(two, "1"), (one, "2"), (two, "3")]


def test_numbers_have_no_gap_when_many_append_at_once(world):
    tenant = "c-" + world.kind
    callers = [world.caller({}) for _ in range(4)]
    pool = eventlet.GreenPool()
    for caller in callers * 5:
        pool.spawn(lambda caller=caller: caller.audit.record([act(tenant), act(tenant)]))
    pool.waitall()
    assert [entry.seq for entry in trail_of(world, tenant)] == list(range(1, 41))


def test_an_entry_read_back_has_the_digest_it_was_stored_with(world):
    tenant = "d-" + world.kind
    world.nobody.audit.record([act(tenant, detail={"reason": "señal «ñ»", "count": 3, "is_on": True})])
    (entry,) = trail_of(world, tenant)
    assert digest({column.name: getattr(entry, column.name) for column in Entry.__table__.columns}) == entry.digest


@pytest.mark.parametrize("change", ["UPDATE entries SET user_id = 'x'", "DELETE FROM entries"])
def test_the_database_refuses_to_change_or_remove_an_entry(world, change):
    tenant = "e-" + world.kind
    world.nobody.audit.record([act(tenant)])
    with pytest.raises(DBAPIError, match="append-only|permission denied"), world.store("audit").begin(Asking(tenant_id=tenant)) as db:
        db.execute(text(change))


def test_one_bad_entry_refuses_the_whole_call_and_says_which(world):
    tenant = "f-" + world.kind
    with pytest.raises(Exception, match="no son válidos"):
        world.nobody.audit.record([act(tenant), {"tenant_id": tenant}])
    assert trail_of(world, tenant) == []
