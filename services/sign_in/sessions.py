"""Signed-in browsers: 12 hours after their last use, 7 days after signing in, or with the user, they end.

Trap: `who` runs for every request, so it writes only when the end would move by more than `STEP`.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session as Unit

from services.chassis.asking import Asking
from services.contracts.errors import NotSignedIn
from services.contracts.message import utc_now
from services.contracts.rpc import Json
from services.sign_in.carried import csrf_token, hash_of, new_session
from services.sign_in.models import Session

IDLE, WHOLE, STEP = timedelta(hours=12), timedelta(days=7), timedelta(minutes=10)


def begin(db: Unit, tenant_id: str, user_id: str) -> Json:
    """As `schemas.sessions.Session`; the only time that the session is known in clear."""
    session, now = new_session(), utc_now()
    db.add(Session(session_hash=hash_of(session), tenant_id=tenant_id, user_id=user_id, expires_at=now + IDLE, ends_at=now + WHOLE))
    return {"session": session, "csrf_token": csrf_token(session), "tenant_id": tenant_id, "user_id": user_id}


def whose(db: Unit, session: str) -> Json:
    found, now = db.get(Session, hash_of(session)), utc_now()
    if found is None or found.expires_at <= now:
        raise NotSignedIn("Su sesión ha terminado. Inicie sesión de nuevo.")
    moved = min(now + IDLE, found.ends_at)
    if moved - found.expires_at > STEP:
        found.expires_at = moved
    return {"tenant_id": found.tenant_id, "user_id": found.user_id, "csrf_token": csrf_token(session), "only": None, "kind": "session"}


def owner_of(db: Unit, session: str) -> Asking | None:
    """Who signed in with it; None when it has ended."""
    found = db.get(Session, hash_of(session))
    return Asking(tenant_id=found.tenant_id, user_id=found.user_id) if found else None


def end(db: Unit, session: str) -> None:
    db.execute(delete(Session).where(Session.session_hash == hash_of(session)))


def end_all(db: Unit, user_id: str) -> None:
    db.execute(delete(Session).where(Session.user_id == user_id))
