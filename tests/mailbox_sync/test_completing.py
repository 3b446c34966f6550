"""Checks that end together are written in one commit; what cannot be is left to be written alone, and spoils nothing."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from services.chassis.asking import Asking
from services.mailbox_sync.completing import Waiting, complete_together
from services.mailbox_sync.models import Coverage, Due, KnownNotice, Mailbox, Model

from .scheduled import EVERY_S, page, pass_time, plant, row, take


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
