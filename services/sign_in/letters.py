"""Letters that carry a link to choose a password: written down when asked for, sent by a tick, tried again after growing pauses.

A letter is written down before anybody knows whether the email is somebody's, so that the answer to "I forgot my password" takes as long
and says as much for every email; `posting` finds out later.

Invariant: a try is committed before it is made. Being killed between sending and marking repeats that letter, after its pause, and no
other. Its code is the same, so both copies open the same door.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Unit

from services.chassis.asking import Asking
from services.chassis.database import Store, UnitOfWork
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import Json
from services.sign_in.models import Letter

PENDING, SENT, FAILED = "pending", "sent", "failed"
INVITED, FORGOTTEN = "invited", "forgotten"
PURPOSE = "letters"
NOBODY_YET = ""
LASTS = {INVITED: timedelta(days=7), FORGOTTEN: timedelta(hours=2)}
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
ANSWERABLE = timedelta(hours=1)
KEEP = timedelta(days=30)


def ask(db: UnitOfWork, email: str) -> None:
    """A link was asked for with this email; it is not asked here whose it is."""
    letter = Letter(id=new_id(), tenant_id=NOBODY_YET, user_id=NOBODY_YET, kind=FORGOTTEN, expires_at=utc_now() + ANSWERABLE)
    letter.sealed = sealed(db.store, letter, {"email": email})
    db.add(letter)


def invite(db: UnitOfWork, asking: Asking, user_id: str, code: str) -> Letter:
    letter = Letter(id=new_id(), kind=INVITED, state=PENDING, reason="")
    address(db.store, letter, replace(asking, user_id=user_id), code)
    db.add(letter)
    return letter


def address(store: Store, letter: Letter, to: Asking, code: str) -> None:
    """Give a letter the person it is for and the code that it carries. Their email is looked up when it is sent."""
    letter.tenant_id, letter.user_id, letter.expires_at = to.tenant_id, to.user_id, utc_now() + LASTS[letter.kind]
    letter.sealed = sealed(store, letter, {"code": code})


def sealed(store: Store, letter: Letter, content: Json) -> str:
    return store.seals.seal(letter.tenant_id, PURPOSE, json.dumps(content).encode())


def opened(store: Store, letter: Letter) -> Json:
    return json.loads(store.seals.open(letter.tenant_id, PURPOSE, letter.sealed))


def claim(db: Unit) -> Letter | None:
    """The letter that has waited longest, which nobody else will try before its pause is over."""
    now = utc_now()
    due = select(Letter).where(Letter.state == PENDING, Letter.next_try_at <= now).order_by(Letter.next_try_at).limit(1)
    letter = db.scalars(due.with_for_update(skip_locked=True)).one_or_none()
    if letter is not None:
        letter.next_try_at = now + PAUSES[min(letter.tries, len(PAUSES) - 1)]
        letter.tries += 1
    return letter


def end(db: Unit, letter_id: str, state: str, reason: str = "") -> None:
    """Sent or failed: the email and the code are forgotten."""
    sent_at = utc_now() if state == SENT else None
    db.execute(update(Letter).where(Letter.id == letter_id).values(state=state, reason=reason, sealed="", sent_at=sent_at))


def put_off(db: Unit, letter_id: str, reason: str) -> None:
    db.execute(update(Letter).where(Letter.id == letter_id).values(reason=reason))


def withdraw(db: Unit, user_id: str) -> None:
    """Their link has ended, so that nobody needs to get it any more."""
    db.execute(delete(Letter).where(Letter.user_id == user_id, Letter.state == PENDING, Letter.tenant_id != NOBODY_YET))


def forget(db: Unit) -> None:
    db.execute(delete(Letter).where(Letter.state != PENDING, Letter.created_at < utc_now() - KEEP))


def last_invitation(db: Unit, tenant_id: str, user_id: str) -> Letter | None:
    theirs = select(Letter).where(Letter.tenant_id == tenant_id, Letter.user_id == user_id, Letter.kind == INVITED)
    return db.scalars(theirs.order_by(Letter.id.desc()).limit(1)).one_or_none()


def shown(letter: Letter) -> Json:
    """As `schemas.sessions.Mail`."""
    return {"state": letter.state, "reason": letter.reason, "sent_at": letter.sent_at and letter.sent_at.isoformat()}
