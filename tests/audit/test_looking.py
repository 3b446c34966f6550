"""Which trails are looked through, and that whatever is done to one in the database is found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from sqlalchemy import select

from services.audit import looking
from services.audit.models import Checkpoint, Trail
from services.audit.nodes import BLOCK
from services.audit.trail import append
from services.audit.watching import due, measure
from services.chassis.asking import Asking
from services.chassis.logs import left_for_the_next_turn
from services.contracts.message import new_id, utc_now
from tests.audit import tampering

EVERY = timedelta(hours=1)


def grow(place, count: int, tenant_id: str = "") -> str:
    tenant_id = tenant_id or new_id()
    entry = {"act": "test.acted", "user_id": "u", "subject": "s", "detail": {"n": 1}}
    with place.store.begin(Asking(tenant_id=tenant_id)) as db:
        append(db, [entry] * count, utc_now())
    return tenant_id


def look(place, tenant_id: str) -> Trail:
    looking.look_through(place.store, place.keys, tenant_id, EVERY)
    with place.store.begin() as db:
        return db.get_one(Trail, tenant_id)


def change(place, tenant_id: str, statement: str, **values) -> None:
    tampering.do(place.store, place.settings, f"{statement} AND tenant_id = :tenant", tenant=tenant_id, **values)


def test_a_trail_is_due_when_it_is_new_when_its_time_has_come_and_when_it_grew_much(place):
    tenant_id = grow(place, 3)
    assert due(place.store) == [tenant_id]
    look(place, tenant_id)
    assert due(place.store) == []
    change(place, tenant_id, "UPDATE trails SET size = size + 10000 WHERE size > 0")
    assert due(place.store) == [tenant_id]
    change(place, tenant_id, "UPDATE trails SET size = signed_size, next_at = :past WHERE size > 0", past="2026-01-01 00:00:00.000000")
    assert due(place.store) == [tenant_id]


def test_a_broken_trail_is_counted_and_an_unsigned_one_ages(place):
    tenant_id = grow(place, 3)
    look(place, tenant_id)
    measure(place.store)
    assert REGISTRY.get_sample_value("casillero_audit_broken_trails") == 0
    assert REGISTRY.get_sample_value("casillero_audit_checkpoint_age_seconds") == 0
    grow(place, 1, tenant_id)
    change(place, tenant_id, "DELETE FROM entries WHERE seq = 2")
    look(place, tenant_id)
    measure(place.store)
    assert REGISTRY.get_sample_value("casillero_audit_broken_trails") == 1
    assert REGISTRY.get_sample_value("casillero_audit_checkpoint_age_seconds") > 0


def test_a_round_of_reading_again_goes_on_where_the_last_pass_stopped(place, monkeypatch):
    monkeypatch.setattr(looking, "BLOCKS_REREAD", 2)
    tenant_id = grow(place, 5 * BLOCK)
    assert [look(place, tenant_id).reread for _ in range(5)] == [0, 2, 4, 5, 2]
    change(place, tenant_id, "UPDATE entries SET user_id = 'x' WHERE seq = :seq", seq=5 * BLOCK)
    assert [(look(place, tenant_id).fault or {}).get("first") for _ in range(3)] == [None, 5 * BLOCK, 5 * BLOCK]


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 7])
def test_a_checkpoint_says_the_root_that_follows_from_all_digests(place, size):
    tenant_id = grow(place, size)
    look(place, tenant_id)
    with place.store.begin(Asking(tenant_id=tenant_id)) as db:
        made = db.scalars(select(Checkpoint)).one()
        row = looking.reread(db, 0, size)
    assert made.size == size
    assert bytes.fromhex(made.root) == looking.tree.root(size, lambda level, n: looking.tree.fold(row[n << level : (n + 1) << level]))


STATEMENTS = {
    "id": "UPDATE entries SET id = :id WHERE seq = :seq",
    "act": "UPDATE entries SET act = :text WHERE seq = :seq",
    "user_id": "UPDATE entries SET user_id = :text WHERE seq = :seq",
    "subject": "UPDATE entries SET subject = :text WHERE seq = :seq",
    "detail": "UPDATE entries SET detail = :json WHERE seq = :seq",
    "digest": "UPDATE entries SET digest = :text WHERE seq = :seq",
    "removed": "DELETE FROM entries WHERE seq = :seq",
    "cut": "DELETE FROM entries WHERE seq >= :seq",
    "moved": "UPDATE entries SET seq = seq + 1000 WHERE seq >= :seq",
}


@settings(max_examples=40)
@given(st.sampled_from(sorted(STATEMENTS)), st.integers(1, 300), st.text(st.characters(categories=["L", "N"]), max_size=8), st.booleans())
def test_whatever_is_done_to_a_trail_in_the_database_is_found(place, what, seq, typed, with_digest):
    tenant_id = grow(place, 300)
    assert look(place, tenant_id).fault is None
    values = {"text": f"x{typed}", "json": f'{{"n": "{typed}"}}', "id": new_id()}
    statement = STATEMENTS[what]
    change(place, tenant_id, statement, seq=seq, **{name: value for name, value in values.items() if f":{name}" in statement})
    if with_digest and what in ("id", "act", "user_id", "subject", "detail"):
        tampering.digest_anew(place.store, place.settings, tenant_id, seq)
    found = look(place, tenant_id)
    assert found.fault is not None and found.signed_size == 300


def test_a_trail_that_cannot_be_looked_through_stops_no_other():
    with left_for_the_next_turn("trail_not_looked_through", tenant_id="one"):
        raise OSError("the database went away")
    with left_for_the_next_turn("trail_not_looked_through", tenant_id="another"):
        looked_through = True
    assert looked_through
