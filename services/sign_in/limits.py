"""How often one may fail to sign in, counted in the database for all processes together.

    10 in 5 minutes    with one email from one address
    100 in 5 minutes   with one email from anywhere: many addresses guessing one password
    100 in 5 minutes   from one address: one password tried on many people

A sign-in that succeeds takes its own attempt back, so that an office behind one address is not locked out by working.
Trap: an attempt is committed before attempts are counted, so that ones made at the same moment see each other.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from services.chassis.database import Store
from services.contracts.errors import TooMany
from services.contracts.message import new_id, utc_now
from services.sign_in.models import Attempt

WINDOW = timedelta(minutes=5)
AT_ONE_DESK, IN_ALL = 10, 100


def try_once(store: Store, email: str, address: str) -> str:
    """Count this attempt; returns its id. Raises TooMany with `retry_after_s`."""
    attempt = Attempt(id=new_id(), at=utc_now())
    attempt.email_hash = store.seals.keyed_hash("sign-in attempt", email.strip().casefold())
    attempt.address_hash = store.seals.keyed_hash("sign-in attempt from", address)
    with store.begin() as db:
        db.add(attempt)
    with store.begin() as db:
        same_email, same_address = Attempt.email_hash == attempt.email_hash, Attempt.address_hash == attempt.address_hash
        limits = [(same_email & same_address, AT_ONE_DESK), (same_email, IN_ALL), (same_address, IN_ALL)]
        pause_s = max(pause(db, same, at_most, attempt.at) for same, at_most in limits)
    if pause_s:
        take_back(store, attempt.id)
        raise TooMany("Demasiados intentos seguidos. Espere unos minutos y vuelva a probar.", {"retry_after_s": [str(pause_s)]})
    return attempt.id


def pause(db: Session, same: ColumnElement[bool], at_most: int, now: datetime) -> int:
    """Seconds until there is room for one more; 0 when there is."""
    recent = select(Attempt.at).where(same, Attempt.at > now - WINDOW).order_by(Attempt.at.desc()).limit(at_most + 1)
    instants = db.scalars(recent).all()
    if len(instants) <= at_most:
        return 0
    return max(1, ceil((instants[at_most] + WINDOW - now).total_seconds()))


def take_back(store: Store, attempt_id: str) -> None:
    with store.begin() as db:
        db.execute(delete(Attempt).where(Attempt.id == attempt_id))
