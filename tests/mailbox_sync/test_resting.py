"""Mailboxes, certificates and bodies that are left alone for a while, and who is let through."""

from __future__ import annotations

from datetime import timedelta

from services.chassis.asking import Asking
from services.contracts.message import utc_now
from services.mailbox_sync import claims, mailboxes
from services.mailbox_sync.connecting import RateLimited, TryLater, Unreadable
from services.mailbox_sync.models import Breaker, Certificate, Mailbox

from .scheduled import due, fail, finish, plant, row, take


def test_a_certificate_that_has_ended_makes_the_mailbox_unreadable_within_a_cycle(store):
    (mailbox_id,) = plant(store, "a", 1)
    with store.begin(Asking(tenant_id="a")) as db:
        db.get_one(Certificate, mailbox_id).not_after = utc_now() - timedelta(hours=1)
    assert take(store) == []
    mailbox = row(store, Mailbox, mailbox_id)
    assert (mailbox.state, mailbox.error["code"]) == ("unreadable", "certificate_expired")
    assert due(store, mailbox_id).due_at > utc_now() + timedelta(hours=20)


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
