"""Signed-in browsers: 12 hours after their last use, 7 days after signing in, or with the user, they end.

A session is never promoted: whoever proves more gets a new one, so that what was known before is worth nothing afterwards.

Trap: `who` runs for every request, so it writes only when the end would move by more than `STEP`.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session as Unit

from services.chassis.asking import BROWSER, Asking
from services.contracts.errors import NotAllowed, NotFound, NotSignedIn
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import Json
from services.contracts.sentences import said
from services.sign_in.carried import csrf_token, hash_of, new_session
from services.sign_in.models import Session

IDLE, WHOLE, STEP = timedelta(hours=12), timedelta(days=7), timedelta(minutes=10)
RECENT = timedelta(minutes=15)


def begin(db: Unit, tenant_id: str, user_id: str, *, is_enrolling: bool = False) -> Json:
    """As `schemas.sessions.Session`; the only time that the session is known in clear."""
    session, now = new_session(), utc_now()
    row = Session(session_hash=hash_of(session), id=new_id(), tenant_id=tenant_id, user_id=user_id, is_enrolling=is_enrolling)
    row.expires_at, row.ends_at = now + IDLE, now + WHOLE
    db.add(row)
    shown = {"session": session, "csrf_token": csrf_token(session), "is_enrolling": is_enrolling}
    return {**shown, "tenant_id": tenant_id, "user_id": user_id}


def whose(db: Unit, session: str) -> Json:
    found, now = db.get(Session, hash_of(session)), utc_now()
    if found is None or found.expires_at <= now:
        raise NotSignedIn(said("Su sesión ha terminado. Inicie sesión de nuevo."))
    moved = min(now + IDLE, found.ends_at)
    if moved - found.expires_at > STEP:
        # A statement of its own: a session that was ended meanwhile is left ended.
        db.execute(update(Session).where(Session.session_hash == found.session_hash).values(expires_at=moved))
    owner = {"tenant_id": found.tenant_id, "user_id": found.user_id, "only": None, "came_with": f"{BROWSER} {found.id}"}
    return {**owner, "csrf_token": csrf_token(session), "kind": "enrolling" if found.is_enrolling else "session"}


def of_user(db: Unit, asking: Asking) -> list[Json]:
    """As `schemas.sessions.OpenSession`, the newest first."""
    open_now = select(Session).where(Session.user_id == asking.user_id, Session.expires_at > utc_now()).order_by(Session.id.desc())
    return [described(row, asking) for row in db.scalars(open_now)]


def described(row: Session, asking: Asking) -> Json:
    instants = {"created_at": row.created_at.isoformat(), "expires_at": row.expires_at.isoformat()}
    return {"id": row.id, "is_this": asking.came_with == f"{BROWSER} {row.id}", **instants}


def find(db: Unit, asking: Asking, session_id: str) -> Session:
    """One of one's own; raises NotFound."""
    found = db.scalars(select(Session).where(Session.id == session_id, Session.user_id == asking.user_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def end_one(db: Unit, asking: Asking, session_id: str) -> None:
    db.execute(delete(Session).where(Session.id == session_id, Session.user_id == asking.user_id))


def owner_of(db: Unit, session: str) -> Asking | None:
    """Who signed in with it; None when it has ended."""
    found = db.get(Session, hash_of(session))
    return Asking(tenant_id=found.tenant_id, user_id=found.user_id) if found else None


def end(db: Unit, session: str) -> None:
    db.execute(delete(Session).where(Session.session_hash == hash_of(session)))


def require_recent(db: Unit, asking: Asking) -> None:
    """Raises NotAllowed for a browser that signed in a while ago: whoever found it open must not be able to come back by another way."""
    came = select(Session.created_at).where(Session.id == asking.came_with.removeprefix(f"{BROWSER} "))
    began_at = db.scalar(came) if asking.came_with.startswith(BROWSER) else None
    if began_at is not None and began_at < utc_now() - RECENT:
        raise NotAllowed(said("Hace rato que entró. Por seguridad, salga, vuelva a entrar y repítalo."))


def end_others(db: Unit, asking: Asking, user_id: str) -> None:
    """Every session of a user but the one in which this is asked."""
    db.execute(delete(Session).where(Session.user_id == user_id, Session.id != asking.came_with.removeprefix(f"{BROWSER} ")))


def end_all(db: Unit, user_id: str) -> None:
    db.execute(delete(Session).where(Session.user_id == user_id))
