"""What a client's own changes do to its mailboxes, also at the moment in which one is added, claimed or read."""

from __future__ import annotations

from datetime import timedelta

import eventlet
import pytest
from sqlalchemy import text

from services.chassis.asking import Asking
from services.contracts.events import CertificateImported, ClientFacts
from services.contracts.message import new_id, utc_now
from services.mailbox_sync import facts, mailboxes
from services.mailbox_sync.checks import held, store_page
from services.mailbox_sync.models import Client, Due, Mailbox
from tests.mailbox_sync import scheduled
from tests.worlds import until

FIRM = "firma"
LISTED = scheduled.page("x1")


def said(client_id: str, version: int = 2, **more) -> ClientFacts:
    whole = {"tax_id": "", "name": "", "receives_notifications": True, "watch_edicts": True, "is_archived": False}
    return ClientFacts(client_id=client_id, group_ids=(), version=version, fields=(), **whole | more)


@pytest.fixture
def firm(store):
    """One unit of work of the firm."""
    return lambda: store.begin(Asking(tenant_id=FIRM))


@pytest.fixture
def mailbox_id(store):
    """Of a client of the same id, read whole some time ago."""
    (mailbox_id,) = scheduled.plant(store, FIRM, 1)
    scheduled.finish(store, scheduled.take(store)[0])
    return mailbox_id


def is_waiting(store) -> bool:
    """Whether some unit waits for a row of another; a unit in SQLite waits before it begins."""
    if store.engine.dialect.name == "sqlite":
        return True
    with store.engine.connect() as connection:
        return bool(connection.scalar(text("select count(*) from pg_locks where not granted")))


def dates(store, mailbox_id):
    with store.begin(Asking(tenant_id=FIRM)) as db:
        found = db.get(Mailbox, mailbox_id)
        return found.last_complete_check_at, found.covered_since, found.covered_until


def test_another_tax_id_has_nothing_covered_and_is_read_at_once(store, firm, mailbox_id):
    assert None not in dates(store, mailbox_id)
    with firm() as db:
        facts.keep_clients(db, [said(mailbox_id, tax_id="12345678Z")])
    assert dates(store, mailbox_id) == (None, None, None)
    assert scheduled.claim(store, 1)[0].mailbox_id == mailbox_id


def test_what_was_being_read_for_the_tax_id_before_is_not_written(store, firm, mailbox_id):
    with firm() as db:
        facts.keep_clients(db, [said(mailbox_id, tax_id="12345678Z")])
    before = scheduled.due(store, mailbox_id).fence
    (check,) = scheduled.take(store)
    with firm() as db:
        facts.keep_clients(db, [said(mailbox_id, version=3, tax_id="87654321X")])
    assert scheduled.due(store, mailbox_id).fence > check.fence > before


@pytest.mark.parametrize("whose", ["", "own"], ids=["the firm's, by which it is not read", "its own"])
def test_a_new_certificate_takes_back_what_is_being_read_with_the_one_before_it(store, firm, mailbox_id, whose):
    with firm() as db:
        db.get_one(Due, mailbox_id).due_at = utc_now() - timedelta(seconds=1)
    (check,) = scheduled.take(store)
    now = utc_now()
    client_id = mailbox_id if whose else ""
    fact = CertificateImported(certificate_id=new_id(), client_id=client_id, tax_id="", not_before=now, not_after=now + timedelta(days=9))
    with firm() as db:
        facts.keep_certificate(db, fact)
    assert (scheduled.due(store, mailbox_id).fence > check.fence) == bool(whose)


def test_a_removed_certificate_takes_back_what_is_being_read_with_it(store, firm, mailbox_id):
    with firm() as db:
        db.get_one(Due, mailbox_id).due_at = utc_now() - timedelta(seconds=1)
    (check,) = scheduled.take(store)
    with firm() as db:
        facts.forget_certificate(db, mailbox_id, mailbox_id)
    assert scheduled.due(store, mailbox_id).fence > check.fence


@pytest.mark.parametrize("change", [{"is_archived": True}, {"tax_id": "12345678Z"}], ids=["the archive", "another tax id"])
def test_a_client_that_comes_back_from_somewhere_is_told_all_that_its_mailbox_holds_again(store, firm, mailbox_id, change):
    """Meanwhile what it holds may have gone to another client with the same tax id."""
    with firm() as db:
        facts.keep_clients(db, [said(mailbox_id)])
    assert [told_by_a_check(store, firm, mailbox_id) for _ in range(2)] == [1, 0]
    with firm() as db:
        facts.keep_clients(db, [said(mailbox_id, version=3, **change)])
        facts.keep_clients(db, [said(mailbox_id, version=4)])
    assert told_by_a_check(store, firm, mailbox_id) == 1


def told_by_a_check(store, firm, mailbox_id: str) -> int:
    """How many notices the next check of the mailbox tells as found, of a page that always has the same one."""
    with firm() as db:
        db.get_one(Due, mailbox_id).due_at = utc_now() - timedelta(seconds=1)
    (check,) = scheduled.take(store)
    with held(store, check) as (db, _):
        store_page(db, check, LISTED)
    scheduled.finish(store, check)
    return check.notices_new


def test_another_way_in_takes_back_what_is_being_read_by_the_one_before_it(store, firm, mailbox_id):
    with firm() as db:
        db.get_one(Due, mailbox_id).due_at = utc_now() - timedelta(seconds=1)
    (check,) = scheduled.take(store)
    with firm() as db:
        mailboxes.change(db, db.get_one(Mailbox, mailbox_id), {"version": 1, "via": "power"})
    assert scheduled.due(store, mailbox_id).fence > check.fence
    assert scheduled.claim(store, 1)[0].mailbox_id == mailbox_id


@pytest.mark.parametrize("many", [False, True], ids=["one", "many at once"])
def test_a_mailbox_that_is_added_while_its_client_is_switched_on_is_read(store, firm, many):
    """The fact is being kept and not committed yet: who adds the mailbox waits for it."""
    client_id = new_id()
    with firm() as db:
        facts.keep_clients(db, [said(client_id, version=1, receives_notifications=False)])

    def add() -> None:
        with firm() as db:
            client = db.get_one(Client, client_id)
            if many:
                mailboxes.add_many(db, [(client, "dehu", "own_certificate")])
            else:
                mailboxes.add(db, client, {"body": "dehu", "via": "own_certificate", "certificate_id": None})

    with firm() as db:
        facts.keep_clients(db, [said(client_id)])
        adding = eventlet.spawn(add)
        until(lambda: adding.dead or is_waiting(store), "who adds waits")
    adding.wait()
    assert len(scheduled.claim(store, 5)) == 1
