"""When the bulletin of a day is looked at. Pure: the caller gives the instant.

A day is looked at every few hours while it lasts, because edicts are added to it, and once more on the next morning; one that was missed is
looked at as soon as somebody can. Days are Madrid's. Trap: a day without bulletin is only known to be one when the day is over.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MADRID = ZoneInfo("Europe/Madrid")
SUNDAY = 6
KEPT_DAYS = 92
"""What everybody may see of the bulletin: three months (RD 181/2008, as changed by RD 385/2015)."""
LOOK_AGAIN = timedelta(hours=3)
NOT_OUT_YET = timedelta(minutes=30)
MORNING = time(8, 0)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
WITHOUT_PAUSE = timedelta(hours=6)
MOST_DAYS_WITHOUT = 1
"""More days in a row without bulletin, Sundays left out, than any year has: its address changed."""


def today(now: datetime) -> date:
    return now.astimezone(MADRID).date()


def latest_bulletin_day(now: datetime) -> date:
    return today(now) if is_bulletin_day(today(now)) else previous(today(now))


def is_bulletin_day(day: date) -> bool:
    return day.weekday() != SUNDAY


def bulletin_days(first: date, last: date) -> list[date]:
    """Both included, Sundays left out."""
    return [day for day in (first + timedelta(days=number) for number in range((last - first).days + 1)) if is_bulletin_day(day)]


def oldest_kept(now: datetime) -> date:
    return today(now) - timedelta(days=KEPT_DAYS)


def next_look(day: date, now: datetime, is_out: bool) -> datetime | None:
    """After a look that went well; None when it was the last one.

    A day without bulletin is a holiday, or its address had changed, which answers the same: it is looked at for as long as it is kept.
    """
    if today(now) > day:
        return None if is_out or not is_bulletin_day(day) else now + WITHOUT_PAUSE
    again = now + (LOOK_AGAIN if is_out else NOT_OUT_YET)
    return again if today(again) == day else datetime.combine(day + timedelta(days=1), MORNING, MADRID)


def is_looked_at(next_at: datetime | None, now: datetime) -> bool:
    """Whether the look that is due was not long missed, as it is while the source is off: the day may have grown since."""
    return next_at is None or now - next_at < LOOK_AGAIN


def after_failure(now: datetime, failures: int) -> datetime:
    """`failures` in a row, this one counted: a minute, then twice as long each time, an hour at most."""
    return now + min(FIRST_PAUSE * 2 ** min(failures - 1, 10), LONGEST_PAUSE)


def without_bulletin(day: date, now: datetime) -> str:
    """The state of a day that has no bulletin: today may still get one."""
    return "none" if today(now) > day or not is_bulletin_day(day) else "unread"


def doubtful(days_without: set[date]) -> set[date]:
    """Those days without bulletin that follow on each other as no holidays do."""
    found: set[date] = set()
    for day in days_without:
        run = [day]
        while (before := previous(run[0])) in days_without:
            run.insert(0, before)
        if len(run) > MOST_DAYS_WITHOUT:
            found.update(run)
    return found


def previous(day: date) -> date:
    """The last day before this one on which a bulletin is due."""
    before = day - timedelta(days=1)
    return before if is_bulletin_day(before) else before - timedelta(days=1)
