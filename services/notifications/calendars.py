"""Counting days as Spanish law does, in Europe/Madrid, each excluded day with its reason.

Situation: an instant is UTC and aware; a day is a date in Madrid. Natural days count every day. Working days (hábiles) leave out
Saturdays, Sundays and holidays (article 30 of Ley 39/2015).

Traps: an instant of 22:30 UTC belongs to the next day in Madrid in summer and not in winter. The library `holidays` does not list a
holiday that falls on a Sunday; it is excluded as a Sunday. A day that is a holiday either at the body's seat or where the person
lives does not count (article 30.6), so a calendar joins any number of regions. A calendar that knows fewer holidays gives an
earlier end of term: with nothing known of the region, the national one is the prudent choice.

Invariant: no count ever ends before the day it starts from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays

from services.contracts.sentences import said

MADRID: Final = ZoneInfo("Europe/Madrid")
_ONE_DAY: Final = timedelta(days=1)
_SATURDAY, _SUNDAY, _AUGUST = 5, 6, 8


class NaiveInstant(ValueError):
    """An instant without time zone: nobody can say which day it is in Madrid."""


@dataclass(frozen=True)
class Count:
    """Where a count of days ended, and a Spanish sentence for each day that it left out."""

    on: date
    explanation: tuple[str, ...] = ()


@dataclass(frozen=True)
class WorkingCalendar:
    """The days that do not count: weekends, national holidays, those of `regions` and the `local` ones.

    `regions` are ISO 3166-2 codes without the country (`MD`, `CT`, …), `local` maps a day to the name of its holiday.
    `without_august` is for the courts, where August does not count.
    """

    regions: tuple[str, ...] = ()
    local: Mapping[date, str] = field(default_factory=dict)
    without_august: bool = False

    def reason_excluded(self, day: date) -> str | None:
        """Why the day does not count, in Spanish; None for a working day."""
        if day.weekday() >= _SATURDAY:
            return said("domingo") if day.weekday() == _SUNDAY else said("sábado")
        for region in (None, *self.regions):
            if name := _holidays(region).get(day):
                return said("festivo: {name}", name=name)
        if day in self.local:
            return said("festivo local: {name}", name=self.local[day])
        return said("agosto es inhábil en los juzgados") if self.without_august and day.month == _AUGUST else None


NATIONAL: Final = WorkingCalendar()


def madrid_day(instant: datetime) -> date:
    """The day in Madrid of an aware instant. Raises `NaiveInstant`."""
    return in_madrid(instant).date()


def in_madrid(instant: datetime) -> datetime:
    """The same aware instant by Madrid's clock. Raises `NaiveInstant`."""
    if instant.tzinfo is None:
        raise NaiveInstant(f"{instant.isoformat()} has no time zone: say UTC or Madrid.")
    return instant.astimezone(MADRID)


def last_instant(day: date) -> datetime:
    """23:59:59 of the day in Madrid, in UTC."""
    return datetime.combine(day, time(23, 59, 59), MADRID).astimezone(UTC)


def spanish(day: date) -> str:
    """The day as people write it: `09/10/2026`."""
    return f"{day:%d/%m/%Y}"


def add_natural_days(start: date, days: int) -> date:
    """The last of `days` natural days counted from the day after `start`."""
    return start + timedelta(days=days)


def add_working_days(start: date, days: int, calendar: WorkingCalendar = NATIONAL) -> Count:
    """The last of `days` working days counted from the day after `start`, and every day left out on the way."""
    day, counted, left_out = start, 0, []
    while counted < days:
        day += _ONE_DAY
        reason = calendar.reason_excluded(day)
        if reason is None:
            counted += 1
        else:
            left_out.append(_excluded(day, reason))
    return Count(day, tuple(left_out))


def add_months(start: date, months: int) -> date:
    """The same ordinal `months` later, or the last day of that month when it has none (article 30.4 of Ley 39/2015)."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - _ONE_DAY).day
    return date(year, month + 1, min(start.day, last))


def roll_to_working_day(day: date, calendar: WorkingCalendar = NATIONAL) -> Count:
    """The day itself if it is working, else the next that is (article 30.5 of Ley 39/2015)."""
    left_out = []
    while reason := calendar.reason_excluded(day):
        left_out.append(_excluded(day, reason))
        day += _ONE_DAY
    return Count(day, tuple(left_out))


def _excluded(day: date, reason: str) -> str:
    return said("{day} no cuenta ({reason}).", day=spanish(day), reason=reason)


@lru_cache(maxsize=32)
def _holidays(region: str | None) -> HolidayBase:
    """The holidays of a region with the national ones, in Spanish; the library adds each year when it is first asked."""
    return country_holidays("ES", subdiv=region, language="es")
