"""One edict that fails in a way that nobody foresaw keeps no other from being read, and is set aside by name in the end."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from services.teu_watcher.day import ATTEMPTS
from services.teu_watcher.models import Edict
from tests.people import tax_id
from tests.teu_watcher.house import days_ago, edict

YESTERDAY = days_ago(1)
# A title that no database holds as text fails while it is kept; a heading without one fails while the edict is read.
HEADINGS = [{"issuer": "A", "title": "B \ud800"}, {"issuer": "A"}]


def state_of(house, edict_id):
    with house.store.begin() as db:
        row = db.get_one(Edict, edict_id)
        return row.state, row.attempts


@pytest.fixture(params=HEADINGS, ids=["kept", "read"])
def day(request, house):
    """A day whose first edict cannot be kept, or read. All three name a client."""
    named = tax_id()
    client = house.watch(named)
    house.watch(named, "another firm")
    ids = house.bulletin.publish(YESTERDAY, [edict(named) for _ in range(3)])
    with house.store.begin() as db:
        url = f"{house.stand_in.url}/boe_n/dias/{YESTERDAY:%Y/%m/%d}/not.php?id={ids[0]}"
        heading = house.store.seals.seal("", "edict", json.dumps(request.param).encode())
        db.add(Edict(id=ids[0], published_on=YESTERDAY, heading=heading, url=url))
    return client, ids


def test_the_others_are_read_and_told_once(house, day):
    client, (_, *others) = day
    assert house.read(YESTERDAY)["position"] == 2
    assert [told[1:] for told in house.told() if told[0] == "firm"] == [(client, edict_id) for edict_id in others]
    assert [match.edict_id for match in house.matches("another firm")] == others


def test_of_the_one_nothing_is_kept_but_that_it_was_tried(house, day):
    _, (bad, *_) = day
    house.read(YESTERDAY)
    assert state_of(house, bad) == ("listed", 1)


def test_after_a_few_attempts_it_is_named_for_a_person_to_look_at(house, day):
    _, (bad, *_) = day
    house.read(YESTERDAY)
    for _ in range(ATTEMPTS):
        house.make_due(YESTERDAY)
        house.look()
    (gap,) = house.coverage()["gaps"]
    assert gap["unreadable"] == [bad] and bad in gap["error"]


def test_what_fails_with_every_edict_of_a_day_sets_none_aside(house, monkeypatch):
    house.bulletin.publish(YESTERDAY, [edict(), edict()])
    monkeypatch.setattr(house.room, "pdfs", None)
    for _ in range(ATTEMPTS + 1):
        assert house.read(YESTERDAY)["state"] == "failed"
    with house.store.begin() as db:
        assert [(row.state, row.attempts) for row in db.scalars(select(Edict))] == [("listed", 0)] * 2
