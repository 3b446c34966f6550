"""Days without bulletin, and days that only seem so: a changed address answers as a holiday does."""

from __future__ import annotations

from sqlalchemy import update

from services.contracts.message import utc_now
from services.teu_watcher import schedule
from services.teu_watcher.models import Day, Source
from tests.people import tax_id
from tests.teu_watcher.house import days_ago, edict


def test_a_day_without_bulletin_that_is_over_has_none(house):
    assert house.read(days_ago(1))["state"] == "done"
    assert house.coverage()["days_without_bulletin"] == [days_ago(1).isoformat()]


def test_several_days_in_a_row_without_bulletin_are_a_gap(house):
    days = [days_ago(count) for count in (2, 1)]
    for day in days:
        house.read(day)
    assert {gap["date"] for gap in house.coverage()["gaps"]} == {day.isoformat() for day in days}


def test_days_that_seemed_without_bulletin_while_its_address_had_changed_are_all_read_once_it_is_mended(house):
    """Looked at the latest first, as missed days are."""
    days = [days_ago(count) for count in (3, 2, 1)]
    house.look()
    with house.store.begin() as db:
        db.get(Source, "boe").watching_since = days[0]
        db.add_all(Day(published_on=day, next_at=utc_now()) for day in days)
    house.look()
    for day in days:
        house.bulletin.publish(day, [edict(tax_id())])
    with house.store.begin() as db:
        db.execute(update(Day).where(Day.next_at > utc_now(), Day.published_on <= days[-1]).values(next_at=utc_now()))
    house.look()
    assert house.coverage()["days_read"] == [day.isoformat() for day in days]


def test_a_day_whose_last_look_was_missed_is_a_gap(house):
    day = days_ago(1)
    house.bulletin.publish(day, [edict(tax_id())])
    house.read(day)
    with house.store.begin() as db:
        db.get(Day, day).next_at = utc_now() - schedule.LOOK_AGAIN
    assert house.coverage()["days_read"] == [] and [gap["date"] for gap in house.coverage()["gaps"]] == [day.isoformat()]
