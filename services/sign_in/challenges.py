"""What a browser is given to bring back once: the challenge of a passkey, the state of a sign-in at a firm's own provider.

Invariant: stored as a hash, good for one use within its time, for its purpose only. It is used up before what came with it is judged, so
that a wrong answer cannot be tried again.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from math import ceil
from typing import Final

from sqlalchemy import delete, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import TooMany
from services.contracts.message import utc_now
from services.contracts.sentences import said
from services.sign_in.models import Challenge

LASTS: Final = {"enrolment": timedelta(minutes=5), "passkey": timedelta(minutes=5), "oidc": timedelta(minutes=10)}
OPEN_AT_ONCE: Final = 100


def keep(db: UnitOfWork, purpose: str, challenge: bytes, address: str, whose: Asking) -> None:
    """`address` is where it was asked for. Raises TooMany when too many that were asked for there are still open."""
    now, address_hash = utc_now(), db.store.seals.keyed_hash("challenge from", address)
    open_there = select(Challenge.expires_at).where(Challenge.address_hash == address_hash, Challenge.expires_at > now)
    ends = db.scalars(open_there.order_by(Challenge.expires_at).limit(OPEN_AT_ONCE)).all()
    if len(ends) == OPEN_AT_ONCE:
        pause_s = max(1, ceil((ends[0] - now).total_seconds()))
        raise TooMany(said("Demasiados intentos seguidos. Espere unos minutos y vuelva a probar."), {"retry_after_s": [str(pause_s)]})
    row = Challenge(challenge_hash=hash_of(challenge), purpose=purpose, address_hash=address_hash, expires_at=now + LASTS[purpose])
    row.tenant_id, row.user_id = whose.tenant_id, whose.user_id
    db.add(row)


def use_up(db: UnitOfWork, purpose: str, challenge: bytes) -> Asking | None:
    """Whose it was; None when there is no such challenge, or no longer."""
    mine = (Challenge.challenge_hash == hash_of(challenge)) & (Challenge.purpose == purpose)
    used = delete(Challenge).where(mine).returning(Challenge.tenant_id, Challenge.user_id, Challenge.expires_at)
    found = db.execute(used).one_or_none()
    if found is None or found.expires_at <= utc_now():
        return None
    return Asking(tenant_id=found.tenant_id, user_id=found.user_id)


def hash_of(challenge: bytes) -> str:
    return hashlib.sha256(challenge).hexdigest()
