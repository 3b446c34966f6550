"""What is to be read now: days that are due, missed or asked for, the latest first; then PDFs wanted again for matches found afterwards."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import structlog
from sqlalchemy import Select, delete, select, update

from services.chassis.database import Store, UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.message import utc_now
from services.teu_watcher import schedule, source
from services.teu_watcher.day import EDICTS_A_COMMIT, Looking, attempt_all, look_at
from services.teu_watcher.edict import ReadEdict, ReadingRoom
from services.teu_watcher.keeping import keep_each
from services.teu_watcher.models import Day, Edict, Mention, Source
from services.teu_watcher.turn import Turn, TurnOver

log = structlog.get_logger()
WANTED_AGAIN = timedelta(hours=1)


def read_due(room: ReadingRoom, store: Store, stopping: threading.Event) -> None:
    """Everything that is due, if it is this process's turn."""
    if not _is_work(room, store):
        return
    turn = Turn(store, room.settings.teu_source, stopping)
    with turn.taken() as is_ours:
        if is_ours:
            try:
                _plan(turn)
                for day in _due_days(turn):
                    look_at(Looking(room, turn, day))
                while _fetch_wanted(room, turn):
                    pass
            except TurnOver:
                log.info("teu_reading_stopped")


def _is_work(room: ReadingRoom, store: Store) -> bool:
    with store.begin() as db:
        if not source.is_on(db, room.settings.teu_source):
            return False
        return not _is_planned(db) or db.scalar(_due().limit(1)) is not None or db.scalar(_wanted().limit(1)) is not None


def _is_planned(db: UnitOfWork) -> bool:
    known, latest = db.get(Source, source.ONLY), schedule.latest_bulletin_day(utc_now())
    since = known and known.watching_since
    return since is not None and (latest < since or db.get(Day, latest) is not None)


def _due() -> Select:
    return select(Day).where(Day.next_at <= utc_now(), Day.published_on >= schedule.oldest_kept(utc_now()))


def _wanted() -> Select:
    return select(Edict).where(Edict.wanted_at <= utc_now(), Edict.state == "read").order_by(Edict.published_on.desc(), Edict.id)


def _plan(turn: Turn) -> None:
    """Every day since the watching began that is still shown has its row, so that none can be forgotten."""
    now = utc_now()
    with turn.writing() as db:
        known = source.source_row(db)
        known.watching_since = known.watching_since or schedule.today(now)
        first = max(known.watching_since, schedule.oldest_kept(now))
        insert_new(db, Day, [new_day(day) for day in schedule.bulletin_days(first, schedule.today(now))], Day.published_on)


def new_day(day: schedule.date) -> dict:
    return {"published_on": day, "state": "unread", "edicts_total": 0, "edicts_read": 0, "failures": 0, "next_at": utc_now(), "asked": []}


def _due_days(turn: Turn) -> Iterator[schedule.date]:
    """One after the other, asked anew each time: days that somebody waits for first, then the latest. Each once."""
    looked: set[schedule.date] = set()
    while True:
        with turn.store.begin() as db:
            due = [day for day in db.scalars(_due()) if day.published_on not in looked or day.asked]
        if not due:
            return
        day = max(due, key=lambda day: (bool(day.asked), day.published_on)).published_on
        looked.add(day)
        yield day


def _fetch_wanted(room: ReadingRoom, turn: Turn) -> bool:
    """Some of them; whether there were any. Each is put off first: one that cannot be had is tried again later, as long as it is kept."""
    with turn.writing() as db:
        edicts = db.scalars(_wanted().limit(EDICTS_A_COMMIT)).all()
        ids = [edict.id for edict in edicts]
        db.execute(update(Edict).where(Edict.id.in_(ids)).values(wanted_at=utc_now() + WANTED_AGAIN))
    outcomes = attempt_all(room, turn.store.seals, edicts)
    with turn.writing() as db:
        keep_each(db, [outcome for outcome in outcomes if isinstance(outcome, ReadEdict)])
    return bool(edicts)


def forget_old(db: UnitOfWork) -> None:
    """Edicts and mentions that the bulletin no longer shows to everybody."""
    oldest = schedule.oldest_kept(utc_now())
    db.execute(delete(Mention).where(Mention.published_on < oldest))
    db.execute(delete(Edict).where(Edict.published_on < oldest))
