"""Who reads which mailbox when, on a database of its own in which no worker runs: fairness, leases, fences."""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, func, select, text, update

from services.chassis.asking import Asking
from services.chassis.database import Store, driver_of
from services.chassis.migrations import migrate
from services.chassis.sealing import Seals
from services.contracts.errors import Conflict
from services.contracts.events import ClientFacts
from services.contracts.message import utc_now
from services.mailbox_sync import claims, endings, mailboxes
from services.mailbox_sync.checks import held, store_page
from services.mailbox_sync.claims import LeaseLost
from services.mailbox_sync.completing import complete
from services.mailbox_sync.connecting import Notice, Page, Party, RateLimited, TryLater, Unreadable
from services.mailbox_sync.facts import keep_clients
from services.mailbox_sync.models import Breaker, Certificate, Client, Due, KnownNotice, Mailbox, Model, Sync
from services.mailbox_sync.preparing import prepare
from services.mailbox_sync.schedule import LEASE

numbers = itertools.count(1)
ISSUER = Party("E00127504", "Agencia Tributaria")
EVERY_S = 4 * 3600


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


def plant(store, tenant_id: str, count: int, *, behind_s: int = 0) -> list[str]:
    """Due mailboxes of a tenant, one client and certificate each; the first is due longest, `behind_s` sooner than other tenants'."""
    ids = [f"{tenant_id}-{number}" for number in range(count)]
    now = utc_now()
    valid = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=9), "is_removed": False}
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        db.add_all(Client(id=id, tax_id="", name="", receives_notifications=True, is_archived=False, version=1) for id in ids)
        db.add_all(Certificate(id=id, client_id=id, **valid) for id in ids)
        db.add_all(Mailbox(id=id, client_id=id, body="dehu", via="own_certificate") for id in ids)
        claims.start_schedule(db, ids[0], tenant_id, "dehu")
        db.add_all(Due(mailbox_id=id, tenant_id=tenant_id, body="dehu") for id in ids[1:])
        db.flush()
        first = claims.database_now(db) - timedelta(seconds=behind_s + 10)
        for number, row in enumerate(db.scalars(select(Due).where(Due.tenant_id == tenant_id).order_by(Due.mailbox_id)).all()):
            row.due_at = first + timedelta(milliseconds=number)
    return sorted(ids)


def claim(store, at_most: int, worker: str = "one") -> list[claims.Claim]:
    with store.begin() as db:
        return claims.claim(db, worker, at_most)


def take(store, worker: str = "one", at_most: int = 50):
    """The checks that a worker would make."""
    with store.begin() as db:
        return prepare(db, claims.claim(db, worker, at_most))


def pass_time(store, mailbox_id: str) -> None:
    """As if the lease had run out."""
    with store.begin() as db:
        past = claims.database_now(db) - timedelta(seconds=1)
        db.execute(update(Due).where(Due.mailbox_id == mailbox_id).values(due_at=past, lease_until=past))


def page(*references: str) -> Page:
    notices = tuple(
        Notice("2", one, "notification", "Requerimiento", "", ISSUER, ISSUER, "B12345674", "EMPRESA SL", utc_now()) for one in references
    )
    return Page(1, 1, len(notices), notices, "0" * 64)


def due(store, mailbox_id: str) -> Due:
    with store.begin() as db:
        return db.get_one(Due, mailbox_id)


def row(store, table, id: str):
    with store.begin(Asking(tenant_id=id.rpartition("-")[0])) as db:
        return db.get(table, id)


def finish(store, check) -> None:
    with store.begin(check.asking) as db:
        complete(db, check, page(), EVERY_S)


def test_a_claimed_mailbox_is_nobody_elses(store):
    plant(store, "a", 3)
    assert len(claim(store, 50, "one")) == 3
    assert claim(store, 50, "other") == []


def test_a_claim_is_never_larger_than_asked(store):
    plant(store, "a", 30)
    assert len(claim(store, 16)) == 16


def test_tenants_take_turns_whatever_the_size_of_one(store):
    """One tenant owns most of the mailboxes and has waited longest; each of the others is served as often, until it has none left."""
    plant(store, "big", 1500, behind_s=3600)
    for number in range(20):
        plant(store, f"small{number:02}", 60)
    served = Counter(one.tenant_id for _ in range(60) for one in claim(store, 16))
    small = [served[f"small{number:02}"] for number in range(20)]
    assert sum(served.values()) == 960
    assert {*small, served["big"]} <= {45, 46}


def test_what_few_tenants_leave_over_goes_to_the_others(store):
    plant(store, "a", 1)
    plant(store, "b", 40)
    assert Counter(one.tenant_id for one in claim(store, 16)) == {"a": 1, "b": 15}


def test_the_one_that_waited_longest_is_first_within_a_tenant(store):
    plant(store, "a", 5)
    assert {one.mailbox_id for one in claim(store, 2)} == {"a-0", "a-1"}


def test_what_a_person_asked_for_comes_first_and_never_takes_the_whole_claim(store):
    plant(store, "a", 40, behind_s=3600)
    ids = plant(store, "b", 40)
    with store.begin() as db:
        claims.bring_forward(db, ids, urgent=True)
    assert Counter(one.tenant_id for one in claim(store, 16))["b"] >= 12
    assert Counter(one.tenant_id for one in claim(store, 16))["a"] >= 2


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


def test_a_living_worker_renews_all_that_it_holds_and_nothing_of_another(store):
    (first,), (second,) = plant(store, "a", 1), plant(store, "b", 1)
    claim(store, 1, "mine")
    claim(store, 1, "another")
    with store.begin() as db:
        nearly = claims.database_now(db) + timedelta(seconds=1)
        db.execute(update(Due).values(due_at=nearly, lease_until=nearly))
    with store.begin() as db:
        claims.renew(db, "mine")
    left = {due(store, mailbox_id).leased_by: due(store, mailbox_id).lease_until for mailbox_id in (first, second)}
    assert left["mine"] > nearly + LEASE / 2
    assert left["another"] == nearly


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


def test_a_certificate_that_has_ended_makes_the_mailbox_unreadable_within_a_cycle(store):
    (mailbox_id,) = plant(store, "a", 1)
    with store.begin(Asking(tenant_id="a")) as db:
        db.get_one(Certificate, mailbox_id).not_after = utc_now() - timedelta(hours=1)
    assert take(store) == []
    mailbox = row(store, Mailbox, mailbox_id)
    assert (mailbox.state, mailbox.error["code"]) == ("unreadable", "certificate_expired")
    assert due(store, mailbox_id).due_at > utc_now() + timedelta(hours=20)


def fail(store, check, fault) -> None:
    check.asked_s = 0.0
    with held(store, check) as (db, now):
        endings.fail(db, check, now, fault)


def test_a_body_that_fails_again_and_again_is_left_alone(store):
    plant(store, "a", 30)
    for check in take(store, at_most=8):
        fail(store, check, TryLater("server_error", "No está disponible."))
    assert take(store, at_most=8) == []
    with store.begin() as db:
        assert db.get_one(Breaker, ("dehu", "")).rests_until is not None


def test_after_its_rest_one_mailbox_tries_the_body_and_its_answer_opens_it_to_all(store):
    plant(store, "a", 30)
    for check in take(store, at_most=8):
        fail(store, check, TryLater("server_error", "No está disponible."))
    with store.begin() as db:
        db.get_one(Breaker, ("dehu", "")).rests_until = claims.database_now(db) - timedelta(seconds=1)
    (probe,) = take(store, at_most=8)
    finish(store, probe)
    with store.begin() as db:
        assert db.get_one(Breaker, ("dehu", "")).rests_until is None
    assert len(take(store, at_most=8)) == 8


def test_a_busy_certificate_rests_and_the_others_go_on(store):
    first, _ = plant(store, "a", 2)
    (busy,) = take(store, at_most=1)
    fail(store, busy, RateLimited("too_many_requests", "Menos consultas.", pause_s=600))
    with store.begin() as db:
        claims.bring_forward(db, [first])
    assert [check.mailbox_id for check in take(store)] == ["a-1"]
    assert due(store, first).due_at > utc_now() + timedelta(seconds=500)


def test_whoever_asks_is_let_through_while_the_body_and_the_certificate_rest(store):
    plant(store, "a", 9)
    busy, *others = take(store, at_most=9)
    for check in others:
        fail(store, check, TryLater("server_error", "No está disponible."))
    fail(store, busy, RateLimited("too_many_requests", "Menos consultas.", pause_s=600))
    asking = Asking(tenant_id="a", user_id="u")
    with store.begin(asking) as db:
        mailboxes.request_sync(db, asking, db.get_one(Mailbox, busy.mailbox_id))
    (asked,) = take(store)
    assert (asked.mailbox_id, asked.body_was_failing) == (busy.mailbox_id, True)


def test_a_refusal_that_people_must_cure_is_tried_once_a_day(store):
    (mailbox_id,) = plant(store, "a", 1)
    (check,) = take(store)
    fail(store, check, Unreadable("certificate_not_registered", "Falta el alta."))
    assert row(store, Mailbox, mailbox_id).state == "unreadable"
    assert timedelta(hours=21) < due(store, mailbox_id).due_at - utc_now() <= timedelta(days=1)
