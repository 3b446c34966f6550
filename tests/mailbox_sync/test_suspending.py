"""Nothing of a suspended firm is read, and nothing is forgotten."""

from __future__ import annotations

import pytest

from services.mailbox_sync.checks import held, store_page
from services.mailbox_sync.claims import LeaseLost
from services.mailbox_sync.models import Turn
from services.mailbox_sync.suspending import keep
from tests.worlds import until

from .scheduled import claim, due, page, plant, take


def hear(store, tenant_id, version, is_suspended):
    with store.begin() as db:
        keep(db, tenant_id, version, is_suspended)


def test_no_worker_claims_a_mailbox_of_a_suspended_firm_until_it_is_resumed(store):
    (mailbox_id,), (other,) = plant(store, "a", 1), plant(store, "b", 1)
    before = due(store, mailbox_id).due_at
    hear(store, "a", 2, True)
    assert [one.mailbox_id for one in claim(store, 50)] == [other]
    assert due(store, mailbox_id).due_at == before
    hear(store, "a", 3, False)
    assert [one.mailbox_id for one in claim(store, 50)] == [mailbox_id]


def test_a_check_under_way_writes_nothing_more_and_is_read_again_later(store):
    (mailbox_id,) = plant(store, "a", 1)
    (check,) = take(store)
    hear(store, "a", 2, True)
    with pytest.raises(LeaseLost), held(store, check) as (db, _):
        store_page(db, check, page("x1"))
    hear(store, "a", 3, False)
    assert [one.mailbox_id for one in claim(store, 50)] == [mailbox_id]


def test_a_suspension_that_is_heard_after_the_resumption_changes_nothing(store):
    plant(store, "a", 1)
    hear(store, "a", 3, False)
    hear(store, "a", 2, True)
    assert len(claim(store, 50)) == 1


def test_a_firm_without_mailboxes_may_be_suspended_too(store):
    hear(store, "a", 2, True)
    plant(store, "a", 1)
    assert claim(store, 50) == []


def is_suspended(world, firm):
    with world.store("mailbox_sync").begin() as db:
        turn = db.get(Turn, firm.tenant_id)
        return turn is not None and turn.is_suspended


def test_suspending_a_firm_is_heard_here(world):
    firm = world.firm()
    world.nobody.access.suspend_tenant(firm.tenant_id)
    until(lambda: is_suspended(world, firm))
    world.nobody.access.resume_tenant(firm.tenant_id)
    until(lambda: not is_suspended(world, firm))
