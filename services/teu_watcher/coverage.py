"""What was read and what was not, as people see it, and the days that they ask for.

A gap is every day since the watching began that is not whole, also one that nobody looked at because the source is off, and days without
bulletin that follow on each other as no holidays do. Silence is never shown as "nothing found".
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict, Invalid
from services.contracts.message import utc_now
from services.contracts.rpc import Json
from services.contracts.sentences import said
from services.teu_watcher import schedule, source
from services.teu_watcher.catching_up import new_day
from services.teu_watcher.models import Day, Edict, Job, Source
from services.teu_watcher.reading_jobs import job_shown

DOUBTFUL = said("Varios días seguidos sin boletín: puede que haya cambiado la dirección del BOE. Hay que revisarlo.")


def covered(db: UnitOfWork, setting: str) -> Json:
    now = utc_now()
    today = schedule.today(now)
    known = db.get(Source, source.ONLY)
    since = known.watching_since if known else None
    days = {day.published_on: day for day in db.scalars(select(Day).where(Day.published_on >= schedule.oldest_kept(now)))}
    without = {day for day, row in days.items() if row.state == "none"}
    doubtful = schedule.doubtful(without)
    expected = schedule.bulletin_days(max(since, schedule.oldest_kept(now)), today) if since else []
    read = {day for day, row in days.items() if row.state == "done" and schedule.is_looked_at(row.next_at, now)}
    is_whole = read | (without - doubtful)
    return {
        "watching_since": since and since.isoformat(),
        "days_read": sorted(day.isoformat() for day in read),
        "days_without_bulletin": sorted(day.isoformat() for day in without - doubtful),
        "gaps": [_day(db, day, days.get(day), day in doubtful) for day in sorted({*expected, *days} - is_whole - {today})],
        "today": _day(db, today, days.get(today), False),
        "source": source.described(db, setting),
    }


def _day(db: UnitOfWork, day: date, row: Day | None, is_doubtful: bool) -> Json:
    if row is None:
        state = "unread" if schedule.is_bulletin_day(day) else "none"
        return {
            "date": day.isoformat(),
            "state": state,
            "edicts_read": 0,
            "edicts_total": 0,
            "unreadable": [],
            "error": None,
            "last_polled_at": None,
        }
    unreadable = db.scalars(select(Edict.id).where(Edict.published_on == day, Edict.state == "unreadable").order_by(Edict.id))
    return {
        "date": day.isoformat(),
        "state": row.state,
        "edicts_read": row.edicts_read,
        "edicts_total": row.edicts_total,
        "unreadable": list(unreadable),
        "error": DOUBTFUL if is_doubtful else row.error,
        "last_polled_at": row.last_polled_at and row.last_polled_at.isoformat(),
    }


def ask_for(db: UnitOfWork, asking: Asking, day: date, setting: str) -> Json:
    """A job that the next look at the day closes; edicts that were set aside are tried anew. Refuses as `require_readable` does."""
    require_readable(db, day, setting)
    insert_new(db, Day, [new_day(day)], Day.published_on)
    row = db.get_one(Day, day, with_for_update=True)
    job = Job(day=day, requested_by=asking.user_id)
    db.add(job)
    db.flush()
    row.asked, row.next_at = [*row.asked, [asking.tenant_id, job.id]], utc_now()
    db.execute(update(Edict).where(Edict.published_on == day, Edict.state == "unreadable").values(state="listed", attempts=0))
    return job_shown(db, job)


def require_readable(db: UnitOfWork, day: date, setting: str) -> None:
    """Raises Invalid; Conflict while the source is off."""
    refuse_day(day)
    if not source.is_on(db, setting):
        raise Conflict(source.described(db, setting)["reason"])


def refuse_day(day: date) -> None:
    now = utc_now()
    if day > schedule.today(now):
        raise _wrong(said("Ese día todavía no ha llegado."))
    if day < schedule.oldest_kept(now):
        raise _wrong(said("El tablón solo muestra los últimos {days} días.", days=schedule.KEPT_DAYS))
    if not schedule.is_bulletin_day(day):
        raise _wrong(said("Los domingos no hay tablón."))


def _wrong(why: str) -> Invalid:
    return Invalid(said("Ese día no se puede leer."), {"date": [why]})
