"""Rows of sessions inside a unit of work: a place on a machine is taken, the viewer's token is made and redeemed, the session ends.

    starting → open → closing → ended          a row of `running` stands for the place as long as the session is not ended

Invariant: a token opens one viewer, once, for the person that opened the session; of the token itself only the hash is kept.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, func, select, update

from services.browser.models import Client, Running, Session
from services.chassis.alone import alone_with
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict, NotFound, TooMany
from services.contracts.events import BrowserSessionEnded, BrowserSessionOpened
from services.contracts.message import utc_now
from services.contracts.schemas import browser_sessions as shapes
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.browser.service import BrowserService

Json = dict[str, Any]
TOKEN_FOR: Final = timedelta(seconds=60)
LISTED: Final = 20
USE: Final = "certificates.use"
NO_PLACE: Final = said("En esta máquina ya hay tantos navegadores abiertos como caben. Cierre alguno, o espere a que se cierre.")
FIRM_FULL: Final = said("Su despacho ya tiene abiertos tantos navegadores como puede ({most}). Cierre alguno, o espere a que se cierre.")
NOT_OPEN: Final = said("Esta sesión de navegador ya ha terminado. Abra otra en la ficha del cliente.")
OWN: Final = said("Este navegador es el Firefox de su equipo: mírelo, y suba y baje ficheros, en él.")


def visible_client(service: BrowserService, db: UnitOfWork, asking: Asking, client_id: str) -> Client:
    client = db.get(Client, client_id)
    if client is None or client.tenant_id != asking.tenant_id or not asking.scope.sees(frozenset(client.group_ids)):
        raise NotFound()
    return client


def known_session(service: BrowserService, db: UnitOfWork, asking: Asking, session_id: str) -> Session:
    """One's own, and any for who manages users."""
    session = db.get(Session, session_id)
    if session is None or session.tenant_id != asking.tenant_id:
        raise NotFound()
    if session.user_id != asking.user_id and "users.manage" not in asking.scope.capabilities:
        raise NotFound()
    visible_client(service, db, asking, session.client_id)
    return session


def own_session(service: BrowserService, db: UnitOfWork, asking: Asking, session_id: str) -> Session:
    """One's own that is open in a sandbox: its screen and its files are for nobody else."""
    session = known_session(service, db, asking, session_id)
    if session.user_id != asking.user_id:
        raise NotFound()
    asking.require(USE)
    if session.state != "open":
        raise Conflict(NOT_OPEN)
    if session.mode != "hosted":
        raise Conflict(OWN)
    return session


def take_place(db: UnitOfWork, session: Session, host: str, most_here: int, most_of_firm: int) -> int:
    """The number of a free place on this machine. Raises TooMany. Two of a firm that come at once are counted one after the other."""
    alone_with(db, [f"browsers of {session.tenant_id}"])
    if (db.scalar(select(func.count()).select_from(Running).where(Running.tenant_id == session.tenant_id)) or 0) >= most_of_firm:
        raise TooMany(said(FIRM_FULL, most=most_of_firm))
    taken = set(db.scalars(select(Running.slot).where(Running.host == host)))
    for slot in sorted(set(range(most_here)) - taken):
        row = {"host": host, "slot": slot, "session_id": session.id, "tenant_id": session.tenant_id, "user_id": session.user_id}
        if insert_new(db, Running, [row | {"seen_at": utc_now()}], Running.slot):
            return slot
    raise TooMany(NO_PLACE)


def opened(db: UnitOfWork, session_id: str, use_id: str) -> Session:
    """The browser runs. Raises Conflict when the session was closed meanwhile."""
    session = db.get(Session, session_id, with_for_update=True)
    if session is None or session.state != "starting":
        raise Conflict(NOT_OPEN)
    session.state, session.use_id = "open", use_id
    told = {name: getattr(session, name) for name in ("client_id", "certificate_id", "use_id", "browser", "mode", "reason")}
    db.publish(BrowserSessionOpened(session_id=session.id, **told))
    return session


def ended(db: UnitOfWork, session_id: str, because: str, hosts: list[str]) -> None:
    """The browser is gone; its place is free. Once: what has ended stays as it ended."""
    db.execute(delete(Running).where(Running.session_id == session_id))
    session = db.get(Session, session_id, with_for_update=True)
    if session is None or session.state == "ended":
        return
    session.ended_because = session.ended_because or because
    session.state, session.ended_at, session.token_hash, session.hosts = "ended", utc_now(), "", hosts or session.hosts
    told = {name: getattr(session, name) for name in ("client_id", "certificate_id", "use_id", "uploads")}
    if session.use_id:
        db.publish(
            BrowserSessionEnded(
                session_id=session.id,
                because=session.ended_because,
                lasted_s=int((session.ended_at - session.opened_at).total_seconds()),
                hosts=tuple(session.hosts),
                downloads=len(session.downloads),
                **told,
            )
        )


def ask_to_close(db: UnitOfWork, because: str, *which: Any) -> None:
    """Who keeps them closes them within a second."""
    alive = update(Session).where(Session.state.in_(("starting", "open")), *which)
    db.execute(alive.values(state="closing", ended_because=because, token_hash=""), execution_options={"synchronize_session": False})


def new_token(session: Session) -> str:
    """The token before it, if any, is good no more."""
    token = secrets.token_urlsafe(32)
    session.token_hash, session.token_until = hash_of(token), utc_now() + TOKEN_FOR
    return token


def is_redeemed(db: UnitOfWork, session: Session, token: str) -> bool:
    """Whether it was the token, which is good for nothing from now on. Of two that come at once, one gets it."""
    this = (Session.id == session.id, Session.token_hash == hash_of(token), Session.token_until > utc_now(), Session.state == "open")
    changed: Any = db.execute(update(Session).where(*this).values(token_hash=""), execution_options={"synchronize_session": False})
    return bool(changed.rowcount == 1)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def latest_of(db: UnitOfWork, client: Client) -> list[Json]:
    latest = select(Session).where(Session.client_id == client.id).order_by(Session.id.desc()).limit(LISTED)
    return [described(session) for session in db.scalars(latest)]


def described(session: Session) -> Json:
    names = ("id", "client_id", "user_id", "certificate_id", "reason", "browser", "mode", "state")
    told = {name: getattr(session, name) for name in (*names, "opened_at", "ended_at", "ended_because", "hosts", "uploads", "downloads")}
    viewer = f"/navegador/{session.id}" if session.mode == "hosted" and session.state == "open" else ""
    return shapes.BrowserSession().dump(told | {"viewer_url": viewer})


def stale(db: UnitOfWork, before: datetime) -> list[tuple[str, str, str]]:
    """(tenant, user, session) of those that nobody has renewed since then."""
    old = select(Running.tenant_id, Running.user_id, Running.session_id).where(Running.seen_at < before)
    return [(tenant_id, user_id, session_id) for tenant_id, user_id, session_id in db.execute(old)]
