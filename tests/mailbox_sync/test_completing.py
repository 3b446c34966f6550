"""Checks that end together are written in one commit; what cannot be is left to be written alone, and spoils nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import eventlet
import pytest
from sqlalchemy import func, select, text, update

from services.chassis.asking import Asking
from services.chassis.database import EVENTS
from services.contracts.message import Envelope
from services.mailbox_sync.completing import Waiting, complete, complete_together
from services.mailbox_sync.models import Coverage, Due, KnownNotice, Mailbox, Model
from tests.worlds import until

from .scheduled import EVERY_S, finish, page, pass_time, plant, row, take


def together(store, ended) -> list[str]:
    """The mailboxes that are left."""
    with store.begin(ended[0][0].asking) as db:
        return [check.mailbox_id for check, _ in complete_together(db, ended, EVERY_S)]


def test_checks_of_several_tenants_that_end_together_are_all_complete(store):
    ids = plant(store, "a", 2) + plant(store, "b", 2)
    assert together(store, [(check, page(f"n-{check.mailbox_id}")) for check in take(store)]) == []
    assert all(row(store, Mailbox, id).last_complete_check_at for id in ids)
    for tenant_id in ("a", "b"):
        with store.begin(Asking(tenant_id=tenant_id)) as db:
            assert db.scalar(select(func.count()).select_from(Coverage)) == 2
            assert db.scalar(select(func.count()).select_from(KnownNotice)) == 2


def test_each_of_them_is_told(store):
    plant(store, "a", 3)
    together(store, [(check, page()) for check in take(store)])
    with store.begin() as db:
        assert list(db.scalars(select(Model.Outgoing.topic))) == ["mailbox_sync.mailbox_checked"] * 3


def test_a_check_that_lost_its_lease_is_left_and_the_others_are_complete(store):
    plant(store, "a", 3)
    ended = [(check, page()) for check in take(store)]
    lost = ended[1][0].mailbox_id
    pass_time(store, lost)
    take(store, "another")
    assert together(store, ended) == [lost]
    read = {check.mailbox_id: row(store, Mailbox, check.mailbox_id).last_complete_check_at is not None for check, _ in ended}
    assert read == {id: id != lost for id in read}


def test_a_batch_that_is_rolled_back_leaves_its_checks_as_they_were(store):
    plant(store, "a", 1)
    ((check, last),) = [(check, page("one", "two")) for check in take(store)]
    with pytest.raises(ZeroDivisionError), store.begin(check.asking) as db:
        complete_together(db, [(check, last)], EVERY_S)
        raise ZeroDivisionError
    assert (check.notices_seen, check.notices_new, check.digests) == (0, 0, [])
    assert together(store, [(check, last)]) == []
    with store.begin(Asking(tenant_id="a")) as db:
        assert db.scalar(select(Coverage.notices)) == 2


@pytest.mark.parametrize("world", ["deployed"], indirect=True)
def test_a_mailbox_that_somebody_is_just_writing_is_not_waited_for(store):
    """In PostgreSQL: SQLite has one writer at a time."""
    plant(store, "a", 2)
    ended = [(check, page()) for check in take(store)]
    busy = ended[0][0].mailbox_id
    with store.begin() as other:
        other.execute(update(Due).where(Due.mailbox_id == busy).values(failures=1))
        assert together(store, ended) == [busy]


def test_what_waits_is_handed_out_together_until_the_end():
    waiting = Waiting(10)
    for number in range(3):
        waiting.add(number, None)
    waiting.close()
    assert list(waiting.batches()) == [[(0, None), (1, None), (2, None)]]


def is_waiting(store) -> bool:
    """Whether some unit waits for another to end; a unit in SQLite waits before it begins."""
    if store.engine.dialect.name == "sqlite":
        return True
    with store.engine.connect() as connection:
        return bool(connection.scalar(text("select count(*) from pg_locks where locktype = 'advisory' and not granted")))


def told_of(store, mailbox_id: str) -> dict:
    with store.begin(Asking(tenant_id="a")) as db:
        envelopes = [Envelope.from_wire(row) for row in db.scalars(select(Model.Outgoing.envelope))]
        payloads = [json.loads(store.seals.open("a", EVENTS, one.sealed)) for one in envelopes]
        return next(one for one in payloads if one["mailbox_id"] == mailbox_id)


def test_of_two_mailboxes_of_a_client_that_end_at_once_the_later_one_knows_of_the_other(store):
    first, second = plant(store, "a", 2)
    with store.begin(Asking(tenant_id="a")) as db:
        other_mailbox = db.get_one(Mailbox, second)
        other_mailbox.client_id, other_mailbox.body = first, "tgss"
    checks = {check.mailbox_id: replace(check, client_id=first) for check in take(store)}
    with store.begin(Asking(tenant_id="a")) as db:
        complete(db, checks[first], page(), EVERY_S)
        other = eventlet.spawn(finish, store, checks[second])
        until(lambda: other.dead or is_waiting(store))
    other.wait()
    assert told_of(store, first)["client_complete_at"] is None
    assert told_of(store, second)["client_complete_at"] is not None
