"""A mailbox belongs to the worker that leased it, and whoever lost its lease writes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from services.chassis.asking import Asking
from services.contracts.errors import Conflict
from services.contracts.events import ClientFacts
from services.mailbox_sync import claims, mailboxes
from services.mailbox_sync.checks import held, store_page
from services.mailbox_sync.claims import LeaseLost
from services.mailbox_sync.completing import complete
from services.mailbox_sync.facts import keep_clients
from services.mailbox_sync.models import Due, KnownNotice, Mailbox, Sync
from services.mailbox_sync.schedule import LEASE

from .scheduled import EVERY_S, claim, due, finish, page, pass_time, plant, row, take


def test_a_lease_that_ran_out_is_taken_over_with_a_higher_fence(store):
    (mailbox_id,) = plant(store, "a", 1)
    (first,) = claim(store, 50, "dead")
    pass_time(store, mailbox_id)
    (second,) = claim(store, 50, "alive")
    assert (second.mailbox_id, second.fence) == (mailbox_id, first.fence + 1)
    assert due(store, mailbox_id).leased_by == "alive"


def test_a_worker_that_lost_its_lease_writes_nothing(store):
    (mailbox_id,) = plant(store, "a", 1)
    (stale,) = take(store, "slow")
    pass_time(store, mailbox_id)
    (fresh,) = take(store, "quick")
    with pytest.raises(LeaseLost), held(store, stale) as (db, _):
        store_page(db, stale, page("x1"))
    with pytest.raises(LeaseLost), store.begin(stale.asking) as db:
        complete(db, stale, page("x2"), EVERY_S)
    assert row(store, Mailbox, mailbox_id).last_complete_check_at is None
    with store.begin(Asking(tenant_id="a")) as db:
        assert db.scalar(select(func.count()).select_from(KnownNotice)) == 0
    finish(store, fresh)
    assert row(store, Mailbox, mailbox_id).last_complete_check_at is not None


def test_leases_of_workers_known_to_be_dead_are_forgotten_at_once(store):
    plant(store, "a", 2)
    stale = take(store, "dead")
    with store.begin() as db:
        claims.forget_leases(db)
    assert len(take(store, "alive")) == 2
    with pytest.raises(LeaseLost), held(store, stale[0]) as (db, _):
        store_page(db, stale[0], page("x1"))


def test_a_worker_renews_what_it_has_in_hand_and_nothing_that_it_left_or_another_holds(store):
    """A check that was left is somebody's again when its lease ends, also while its worker lives."""
    (first,), (left,), (other,) = plant(store, "a", 1), plant(store, "b", 1), plant(store, "c", 1)
    fences = {one.mailbox_id: one.fence for one in claim(store, 3, "mine")}
    with store.begin() as db:
        nearly = claims.database_now(db) + timedelta(seconds=1)
        db.execute(update(Due).values(due_at=nearly, lease_until=nearly))
    with store.begin() as db:
        claims.renew(db, [(first, fences[first]), (other, fences[other] - 1)])
    assert due(store, first).lease_until > nearly + LEASE / 2
    assert [due(store, mailbox_id).lease_until for mailbox_id in (left, other)] == [nearly, nearly]


def test_each_page_renews_the_lease(store):
    (mailbox_id,) = plant(store, "a", 1)
    (check,) = take(store)
    with store.begin() as db:
        nearly = claims.database_now(db) + timedelta(seconds=2)
        db.execute(update(Due).values(due_at=nearly, lease_until=nearly))
    with held(store, check) as (db, _):
        store_page(db, check, page("x1"))
    assert due(store, mailbox_id).lease_until > nearly + LEASE / 2


def test_a_reading_that_a_dead_worker_left_is_taken_over(store):
    (mailbox_id,) = plant(store, "a", 1)
    asking = Asking(tenant_id="a", user_id="u")
    with store.begin(asking) as db:
        sync_id = mailboxes.request_sync(db, asking, db.get_one(Mailbox, mailbox_id)).id
    (dead,) = take(store, "dead")
    pass_time(store, mailbox_id)
    (alive,) = take(store, "alive")
    assert (dead.sync_id, alive.sync_id, alive.user_id) == (sync_id, sync_id, "u")
    finish(store, alive)
    with store.begin(asking) as db:
        assert db.get_one(Sync, sync_id).state == "done"


def test_what_was_asked_for_while_a_check_ran_is_due_at_its_end(store):
    (mailbox_id,) = plant(store, "a", 1)
    (check,) = take(store)
    asking = Asking(tenant_id="a", user_id="u")
    with store.begin(asking) as db:
        mailboxes.request_sync(db, asking, db.get_one(Mailbox, mailbox_id))
    assert claim(store, 50) == []
    finish(store, check)
    (again,) = take(store)
    assert again.sync_id


def test_a_client_switched_off_takes_its_mailboxes_from_whoever_reads_them(store):
    (mailbox_id,) = plant(store, "a", 1)
    (check,) = take(store)
    off = ClientFacts(
        client_id=mailbox_id,
        tax_id="",
        name="",
        receives_notifications=False,
        watch_edicts=True,
        is_archived=False,
        group_ids=(),
        version=2,
    )
    asking = Asking(tenant_id="a", user_id="u")
    with store.begin(asking) as db:
        keep_clients(db, [off])
    with pytest.raises(LeaseLost), held(store, check) as (db, _):
        store_page(db, check, page("x1"))
    with pytest.raises(Conflict), store.begin(asking) as db:
        mailboxes.request_sync(db, asking, db.get_one(Mailbox, mailbox_id))
    assert due(store, mailbox_id).due_at is None
