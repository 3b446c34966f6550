"""How often one may try at a door, counted in the database for all processes together.

    door         one person from one address    one person from anywhere    one address, anybody
    SIGN_IN      10 in 5 minutes                100                         100
    FACTOR       10                             10                          100
    FORGOTTEN    3                              5                           30

From anywhere: many addresses guessing one password. Anybody: one password tried on many people. The code of a second factor has a million
values and three of them fit, so it has no room for more addresses. A try that succeeds is taken back, so that an office behind one address
is not locked out by working; a letter that was asked for is not.

Trap: an attempt is committed before attempts are counted, so that ones made at the same moment see each other: too many at once may all be
refused, never all be let through.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from services.chassis.database import Store
from services.contracts.errors import TooMany
from services.contracts.message import new_id, utc_now
from services.contracts.sentences import said
from services.sign_in.models import Attempt

WINDOW = timedelta(minutes=5)


class Door(NamedTuple):
    """How many tries `WINDOW` has room for."""

    name: str
    at_one_desk: int
    of_one_person: int
    from_one_address: int


SIGN_IN = Door("sign-in", 10, 100, 100)
FACTOR = Door("second factor", 10, 10, 100)
FORGOTTEN = Door("forgotten password", 3, 5, 30)


def try_once(store: Store, door: Door, who: str, address: str) -> str:
    """Count this attempt; returns its id. `who`: an email or a user's id. Raises TooMany with `retry_after_s`.

    Of who is signed in, `address` is their id again: what they try takes no room from anybody else.
    """
    attempt = Attempt(id=new_id(), at=utc_now())
    attempt.who_hash = store.seals.keyed_hash(f"{door.name} attempt", who.strip().casefold())
    attempt.address_hash = store.seals.keyed_hash(f"{door.name} attempt from", address)
    with store.begin() as db:
        db.add(attempt)
    with store.begin() as db:
        same_person, same_address = Attempt.who_hash == attempt.who_hash, Attempt.address_hash == attempt.address_hash
        limits = [(same_person & same_address, door.at_one_desk), (same_person, door.of_one_person), (same_address, door.from_one_address)]
        pause_s = max(pause(db, same, at_most, attempt.at) for same, at_most in limits)
    if pause_s:
        take_back(store, attempt.id)
        raise TooMany(said("Demasiados intentos seguidos. Espere unos minutos y vuelva a probar."), {"retry_after_s": [str(pause_s)]})
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
