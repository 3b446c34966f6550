"""Counting days: the law's corner cases, and properties over any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.calendars import (
    NATIONAL,
    NaiveInstant,
    WorkingCalendar,
    add_months,
    add_natural_days,
    add_working_days,
    last_instant,
    madrid_day,
    roll_to_working_day,
)

DAYS = st.dates(date(2016, 10, 3), date(2039, 12, 31))
COUNTS = st.integers(1, 40)
CALENDARS = st.sampled_from([NATIONAL, WorkingCalendar(("CT",)), WorkingCalendar(("MD", "PV")), WorkingCalendar(without_august=True)])


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-09-29T08:15:00+00:00", date(2026, 9, 29)),
        ("2026-07-31T22:00:00+00:00", date(2026, 8, 1)),
        ("2026-07-31T21:59:59+00:00", date(2026, 7, 31)),
        ("2026-12-31T22:30:00+00:00", date(2026, 12, 31)),
        ("2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
        ("2026-10-24T22:30:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T22:30:00+00:00", date(2026, 10, 25)),
        ("2026-03-28T23:30:00+00:00", date(2026, 3, 29)),
        ("2026-03-29T22:30:00+00:00", date(2026, 3, 30)),
    ],
)
def test_an_instant_belongs_to_its_day_in_madrid(instant: str, day: date) -> None:
    assert madrid_day(datetime.fromisoformat(instant)) == day


def test_an_instant_without_zone_belongs_to_no_day() -> None:
    with pytest.raises(NaiveInstant):
        madrid_day(datetime(2026, 9, 29, 10, 15))


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 10, 24), "2026-10-24T21:59:59+00:00"),
        (date(2026, 10, 25), "2026-10-25T22:59:59+00:00"),
        (date(2026, 12, 31), "2026-12-31T22:59:59+00:00"),
    ],
)
def test_the_last_instant_of_a_day_follows_the_change_of_hour(day: date, instant: str) -> None:
    assert last_instant(day) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 10, 10), "sábado"),
        (date(2026, 10, 11), "domingo"),
        (date(2026, 10, 12), "festivo: Fiesta Nacional de España"),
        (date(2026, 10, 13), None),
        (date(2026, 9, 11), None),
    ],
)
def test_the_national_calendar_says_why_a_day_does_not_count(day: date, reason: str | None) -> None:
    assert NATIONAL.reason_excluded(day) == reason


def test_a_holiday_of_any_of_the_regions_does_not_count() -> None:
    both = WorkingCalendar(("MD", "CT"))
    assert both.reason_excluded(date(2026, 9, 11)) == "festivo: Fiesta Nacional de Cataluña"
    assert both.reason_excluded(date(2026, 4, 2)) == "festivo: Jueves Santo"


def test_a_local_holiday_does_not_count_and_is_named() -> None:
    assert WorkingCalendar(local={date(2026, 9, 24): "La Mercè"}).reason_excluded(date(2026, 9, 24)) == "festivo local: La Mercè"


def test_each_excluded_day_is_explained() -> None:
    count = add_working_days(date(2026, 10, 8), 2)
    assert count.on == date(2026, 10, 13)
    assert count.explanation == (
        "10/10/2026 no cuenta (sábado).",
        "11/10/2026 no cuenta (domingo).",
        "12/10/2026 no cuenta (festivo: Fiesta Nacional de España).",
    )


def test_working_days_cross_the_end_of_the_year() -> None:
    assert add_working_days(date(2026, 12, 23), 5).on == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 10, 31), 2, date(2026, 12, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 9, 17), 1, date(2026, 10, 17)),
        (date(2026, 11, 5), 13, date(2027, 12, 5)),
    ],
)
def test_months_run_to_the_same_ordinal_or_the_last_day(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


def test_a_last_day_that_is_not_working_rolls_and_says_why() -> None:
    rolled = roll_to_working_day(date(2026, 10, 10))
    assert (rolled.on, len(rolled.explanation)) == (date(2026, 10, 13), 3)


def test_a_working_last_day_stays() -> None:
    assert roll_to_working_day(date(2026, 10, 13)).on == date(2026, 10, 13)


@given(DAYS, COUNTS, CALENDARS)
def test_a_count_ends_on_a_working_day_and_explains_every_other(start: date, days: int, calendar: WorkingCalendar) -> None:
    count = add_working_days(start, days, calendar)
    assert calendar.reason_excluded(count.on) is None
    assert (count.on - start).days == days + len(count.explanation)


@given(DAYS, COUNTS, CALENDARS)
def test_working_days_never_end_before_natural_days(start: date, days: int, calendar: WorkingCalendar) -> None:
    assert add_working_days(start, days, calendar).on >= add_natural_days(start, days)


@given(DAYS, COUNTS, CALENDARS)
def test_a_calendar_with_more_holidays_never_ends_earlier(start: date, days: int, calendar: WorkingCalendar) -> None:
    assert add_working_days(start, days, NATIONAL).on <= add_working_days(start, days, calendar).on


@given(DAYS, COUNTS, CALENDARS)
def test_a_later_start_or_a_longer_term_never_ends_earlier(start: date, days: int, calendar: WorkingCalendar) -> None:
    end = add_working_days(start, days, calendar).on
    assert end <= add_working_days(start + timedelta(days=1), days, calendar).on
    assert end < add_working_days(start, days + 1, calendar).on


@given(DAYS, st.integers(0, 60))
def test_months_keep_the_ordinal_unless_the_month_is_short(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)


@given(st.datetimes(datetime(2016, 10, 3), datetime(2039, 12, 31), timezones=st.just(UTC)))
def test_an_instant_is_never_after_the_last_instant_of_its_day(instant: datetime) -> None:
    day = madrid_day(instant)
    assert last_instant(day - timedelta(days=1)) < instant <= last_instant(day) + timedelta(seconds=1)


@given(DAYS, CALENDARS)
def test_rolling_is_idempotent_and_never_goes_back(day: date, calendar: WorkingCalendar) -> None:
    rolled = roll_to_working_day(day, calendar).on
    assert rolled >= day
    assert roll_to_working_day(rolled, calendar).on == rolled
