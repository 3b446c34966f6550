"""One look at the bulletin of one day: its index, then every edict that was not read yet, committed as it goes.

    unread ── index listed ──→ reading ── every edict read ──→ done ── a later look lists more ──→ reading …
       └── no bulletin, day over ──→ none

Idempotent: killed anywhere, the next look reads the index again and goes on with the edicts that are still `listed`. What cannot be
fetched, recognised or read leaves the day open with a sentence that says so; an edict that nobody can read, for whatever reason, stops no
other, is set aside after a few attempts, for a person to look at, and the day stays open. Nothing is guessed: a page that lists nothing
on a working day is an error.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import structlog
from eventlet import GreenPool
from sqlalchemy import func, select, update

from services.chassis.asking import Asking
from services.chassis.away import is_away
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.chassis.logs import what_failed
from services.chassis.sealing import Seals
from services.contracts.message import utc_now
from services.contracts.sentences import said
from services.teu_watcher import schedule
from services.teu_watcher.bulletin import BulletinAway, IndexedEdict, UnexpectedAnswer
from services.teu_watcher.edict import HASHING, ReadEdict, ReadingRoom, read_edict
from services.teu_watcher.keeping import SEALED, keep_each, parts
from services.teu_watcher.models import Day, Edict, Job
from services.teu_watcher.reading import ReaderBroken, UnreadablePdf
from services.teu_watcher.turn import Turn, TurnOver
from services.teu_watcher.watch import heading_of

log = structlog.get_logger()
FORESEEN = (BulletinAway, UnexpectedAnswer, UnreadablePdf)
IN_FLIGHT = 4
EDICTS_A_COMMIT = 16
ATTEMPTS = 4

NO_ANSWER = said("El BOE no responde o no está completo; se intentará de nuevo.")
CHANGED = said("El BOE ha contestado algo que no se reconoce: puede que su página haya cambiado. Hay que revisarlo; se intentará de nuevo.")
OUR_FAULT = said("La lectura falló por una avería propia; está en el registro del servicio. Se intentará de nuevo.")
NOT_OUT = said("El boletín de ese día todavía no se ha publicado.")
SET_ASIDE = said("Hay edictos que no se han podido leer. Ábralos en boe.es y compruebe si nombran a algún cliente: {references}.")


@dataclass(frozen=True)
class Looking:
    """One look in progress."""

    room: ReadingRoom
    turn: Turn
    day: date


def look_at(looking: Looking) -> None:
    """Raises TurnOver; whatever else happens is written into the day."""
    asked = _begin(looking)
    fault = _read_day(looking)
    with looking.turn.writing() as db:
        day = _settle(db, looking.day, fault)
        _answer(db, day, asked)


def _begin(looking: Looking) -> list[list[str]]:
    """→ the jobs that this look answers; those asked for from now on wait for the next one."""
    with looking.turn.writing() as db:
        asked = db.get_one(Day, looking.day).asked
        for tenant_id, job_id in asked:
            db.act_for(Asking(tenant_id=tenant_id))
            db.execute(update(Job).where(Job.id == job_id).values(state="running"))
    return asked


def _read_day(looking: Looking) -> str | None:
    """None when all went well, else the sentence that says what did not."""
    try:
        rows = looking.room.source.index(looking.day)
        if rows is None:
            return NOT_OUT
        if not rows:
            raise UnexpectedAnswer(f"the index of {looking.day} lists nothing")
        with looking.turn.writing() as db:
            _keep_index(db, looking.day, rows)
            _count(db, looking.day)
        return _read_listed(looking)
    except TurnOver:
        raise
    except Exception as failure:
        if is_away(failure):
            raise
        # A fault of ours must not look like a day without edicts, nor stop the other days.
        log.warning("teu_day_not_read", day=looking.day.isoformat(), error=_logged(failure))
        return NO_ANSWER if isinstance(failure, BulletinAway) else CHANGED if isinstance(failure, UnexpectedAnswer) else OUR_FAULT


def _logged(failure: Exception) -> str:
    """Addresses and sizes are fit for the log; what else an exception says may not be."""
    return str(failure) if isinstance(failure, FORESEEN) else what_failed(failure)


def _keep_index(db: UnitOfWork, day: date, rows: list[IndexedEdict]) -> None:
    for some in parts(rows):
        insert_new(db, Edict, [_edict_row(db, day, row) for row in some], Edict.id)


def _edict_row(db: UnitOfWork, day: date, row: IndexedEdict) -> dict:
    heading = db.store.seals.seal("", SEALED, json.dumps({"issuer": row.issuer, "title": row.title}).encode())
    return {
        "id": row.edict_id,
        "published_on": day,
        "heading": heading,
        "url": row.url,
        "state": "listed",
        "attempts": 0,
        "terms": "",
        "regime": "",
        "sha256": "",
    }


def _read_listed(looking: Looking) -> str | None:
    with looking.turn.store.begin() as db:
        edicts = db.scalars(select(Edict).where(Edict.published_on == looking.day, Edict.state == "listed").order_by(Edict.id)).all()
        is_known = db.scalar(select(Edict.id).where(Edict.published_on == looking.day, Edict.state == "read").limit(1)) is not None
    no_answer = is_any_read = False
    unforeseen: list[str] = []
    for some in parts(edicts, EDICTS_A_COMMIT):
        outcomes = attempt_all(looking.room, looking.turn.store.seals, some)
        is_any_read |= any(isinstance(outcome, ReadEdict) for outcome in outcomes)
        if len(some) > 1 and not is_any_read and all(isinstance(outcome, UnexpectedAnswer) for outcome in outcomes):
            return CHANGED  # Whoever answers is not the bulletin: no edict is at fault.
        failed = {edict.id: outcome for edict, outcome in zip(some, outcomes, strict=True) if isinstance(outcome, Exception)}
        with looking.turn.writing() as db:
            failed |= keep_each(db, [outcome for outcome in outcomes if isinstance(outcome, ReadEdict)])
            _set_aside(db, [edict_id for edict_id, failure in failed.items() if isinstance(failure, UnexpectedAnswer | UnreadablePdf)])
            _count(db, looking.day)
        unforeseen += [edict_id for edict_id, failure in failed.items() if not isinstance(failure, FORESEEN)]
        is_known |= len(failed) < len(some)
        away = [isinstance(outcome, BulletinAway) for outcome in outcomes]
        if all(away):
            return NO_ANSWER
        no_answer |= any(away)
    if unforeseen and is_known:  # What fails with every edict of a day is no edict's fault.
        with looking.turn.writing() as db:
            _set_aside(db, unforeseen)
    return NO_ANSWER if no_answer else OUR_FAULT if unforeseen else None


def attempt_all(room: ReadingRoom, seals: Seals, edicts: Sequence[Edict]) -> list[ReadEdict | Exception]:
    """What came of each, in order: what nobody foresaw may be the edict's too. Raises what can only be the installation's."""
    attempt = partial(_attempt, room, seals)
    outcomes = list(GreenPool(IN_FLIGHT).imap(attempt, edicts))
    for outcome in outcomes:
        if isinstance(outcome, ReaderBroken | OSError):
            raise outcome
    return outcomes


def _attempt(room: ReadingRoom, seals: Seals, edict: Edict) -> ReadEdict | Exception:
    try:
        listed = IndexedEdict(edict.id, **heading_of(seals, edict), url=edict.url)
        return read_edict(room, seals.hashing_key(HASHING), edict.published_on, listed)
    except Exception as error:
        # Raised here it would leave the other green threads of the pool running with nobody to hear of them.
        log.warning("edict_not_read", edict_id=edict.id, error=_logged(error))
        return error


def _set_aside(db: UnitOfWork, edict_ids: list[str]) -> None:
    db.execute(update(Edict).where(Edict.id.in_(edict_ids)).values(attempts=Edict.attempts + 1))
    db.execute(update(Edict).where(Edict.id.in_(edict_ids), Edict.attempts >= ATTEMPTS).values(state="unreadable"))


def _count(db: UnitOfWork, day: date) -> dict[str, int]:
    """How many edicts of the day are in each state; written into the day."""
    found = dict(db.execute(select(Edict.state, func.count()).where(Edict.published_on == day).group_by(Edict.state)).all())
    total, read = sum(found.values()), found.get("read", 0)
    db.execute(
        update(Day)
        .where(Day.published_on == day)
        .values(edicts_total=total, edicts_read=read, state="done" if total == read else "reading")
    )
    return found


def _settle(db: UnitOfWork, day_on: date, fault: str | None) -> Day:
    """The day after a look that ended with this sentence (None: well)."""
    found = _count(db, day_on) if fault is None else {}
    day, now = db.get_one(Day, day_on, with_for_update=True, populate_existing=True), utc_now()
    day.last_polled_at = now
    if fault == NOT_OUT and not day.edicts_total:
        day.state = schedule.without_bulletin(day_on, now)
        day.error, day.failures = NOT_OUT if day.state == "unread" else None, 0
        day.next_at = schedule.next_look(day_on, now, is_out=False)
    elif fault or found.get("listed"):
        day.error, day.failures = CHANGED if fault in (None, NOT_OUT) else fault, day.failures + 1
        day.next_at = schedule.after_failure(now, day.failures)
    else:
        day.error, day.failures = set_aside_sentence(db, day_on), 0
        day.next_at = schedule.next_look(day_on, now, is_out=True)
    return day


def set_aside_sentence(db: UnitOfWork, day: date) -> str | None:
    references = db.scalars(select(Edict.id).where(Edict.published_on == day, Edict.state == "unreadable").order_by(Edict.id)).all()
    return SET_ASIDE.format(references=", ".join(references)) if references else None


def _answer(db: UnitOfWork, day: Day, asked: list[list[str]]) -> None:
    """Close the jobs that this look was for; a day that was asked for meanwhile is looked at again at once."""
    day.asked = [pair for pair in day.asked if pair not in asked]
    if day.asked:
        day.next_at = utc_now()
    progress = {"edicts_read": day.edicts_read, "edicts_total": day.edicts_total, "error": day.error}
    for tenant_id, job_id in asked:
        db.act_for(Asking(tenant_id=tenant_id))
        db.execute(
            update(Job).where(Job.id == job_id).values(state="failed" if progress["error"] else "done", ended_at=utc_now(), **progress)
        )
