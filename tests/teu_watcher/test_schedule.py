"""When a day of the bulletin is looked at."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from services.teu_watcher import schedule
from services.teu_watcher.schedule import MADRID

TUESDAY = date(2026, 9, 15)
MONDAY, SATURDAY, SUNDAY = TUESDAY - timedelta(days=1), TUESDAY - timedelta(days=3), TUESDAY - timedelta(days=2)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=MADRID)


def test_a_day_is_looked_at_several_times_while_it_lasts_and_once_on_the_next_morning():
    looks, now = [], at(TUESDAY, 7, 30)
    while now := schedule.next_look(TUESDAY, now, is_out=True):
        looks.append(now)
    assert [look.hour for look in looks] == [10, 13, 16, 19, 22, 8]
    assert looks[-1].date() == TUESDAY + timedelta(days=1)


def test_a_bulletin_that_is_not_out_yet_is_looked_for_more_often():
    assert schedule.next_look(TUESDAY, at(TUESDAY, 6), is_out=False) == at(TUESDAY, 6, 30)


def test_a_day_that_is_over_is_not_looked_at_again():
    assert schedule.next_look(MONDAY, at(TUESDAY, 8), is_out=True) is None


def test_a_day_that_is_over_and_had_no_bulletin_is_looked_at_again_but_for_a_sunday():
    assert schedule.next_look(MONDAY, at(TUESDAY, 8), is_out=False) == at(TUESDAY, 14)
    assert schedule.next_look(SUNDAY, at(TUESDAY, 8), is_out=False) is None


def test_a_failed_look_is_repeated_after_a_minute_and_then_ever_later_up_to_an_hour():
    now = at(TUESDAY, 8)
    pauses = [(schedule.after_failure(now, failures) - now).total_seconds() / 60 for failures in (1, 2, 3, 6, 7, 500)]
    assert pauses == [1, 2, 4, 32, 60, 60]


def test_days_are_madrids():
    assert schedule.today(datetime.fromisoformat("2026-09-14T22:30:00+00:00")) == TUESDAY


def test_only_a_day_that_is_over_or_a_sunday_is_known_to_have_no_bulletin():
    states = [schedule.without_bulletin(day, at(now, 12)) for day, now in ((TUESDAY, TUESDAY), (MONDAY, TUESDAY), (SUNDAY, SUNDAY))]
    assert states == ["unread", "none", "none"]


def test_sundays_are_left_out():
    assert schedule.bulletin_days(SATURDAY, TUESDAY) == [SATURDAY, MONDAY, TUESDAY]
    assert schedule.previous(MONDAY) == SATURDAY and schedule.latest_bulletin_day(at(SUNDAY, 12)) == SATURDAY


@pytest.mark.parametrize(
    ("without", "expected"),
    [({MONDAY}, set()), ({SATURDAY, MONDAY}, {SATURDAY, MONDAY}), ({MONDAY, TUESDAY, date(2026, 9, 1)}, {MONDAY, TUESDAY})],
    ids=["a holiday", "over a Sunday", "two of three"],
)
def test_days_in_a_row_without_bulletin_are_doubted(without, expected):
    assert schedule.doubtful(without) == expected
