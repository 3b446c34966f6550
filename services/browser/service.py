"""Browser sessions: opened with a reason, kept for as long as the permission lasts, closed without leaving anything."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from eventlet import GreenPool, tpool
from sqlalchemy import update

from services.browser import folders, judging, opening, own_firefox, sessions
from services.browser.crossing import Crossing
from services.browser.erasing import forget
from services.browser.keeping import HOSTED, Desk, Kept
from services.browser.known import keep_clients, learn_client
from services.browser.models import Client, Model, Running, Session
from services.browser.sessions import USE, known_session, own_session, visible_client
from services.chassis.always import always
from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.chassis.learning import knowing
from services.chassis.logs import left_for_the_next_turn
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.contracts.errors import Conflict, NotAllowed
from services.contracts.events import CertificateImported, CertificateRemoved, ClientsChanged, ClientsRegistered
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import SIGNED_IN
from services.contracts.schemas import browser_sessions as shapes
from services.contracts.schemas import checked
from services.contracts.sentences import said

Json = dict[str, Any]
LOOK_S = 0.5
NOT_HERE = said("Esta máquina no puede aislar un navegador. Avise a quien opera Casillero: `casillero browser check` dice qué falta.")
JUDGE_S = 2.0
STALE = timedelta(seconds=15)


class BrowserService(Crossing, Service):
    name = "browser"
    db = Database(Model)
    forget_clients = staticmethod(forget)
    audit = Promise("audit")
    clients = Promise("clients")
    keyring = Promise("keyring")
    mailbox_sync = Promise("mailbox_sync")
    desk = Desk()

    # ── a session's life ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @knowing(lambda client_id, *_: client_id, learn_client)
    @rpc(needs=SIGNED_IN, unit=False)
    def open(self, asking: Asking, client_id: str, new_session: Json) -> Json:
        """Needs certificates.use, judged after the client was found."""
        with self.db.begin(asking) as db:
            client = visible_client(self, db, asking, client_id)
        asking.require_person()
        asking.require(USE)
        wanted = checked(shapes.NewBrowserSession, new_session)
        if client.is_archived:
            raise Conflict(opening.ARCHIVED)
        mode, browser = self._chosen(wanted["browser"])
        portals = opening.require_portals(self.mailbox_sync.portals())
        card = opening.require_usable(self.keyring.certificates(client_id))
        session = Session(id=new_id(), tenant_id=asking.tenant_id, client_id=client.id, user_id=asking.user_id, mode=mode)
        session.certificate_id, session.reason, session.browser, session.opened_at = card["id"], wanted["reason"], browser, utc_now()
        slot = self._take_place(asking, session)
        told = {"client": client.name, "group_ids": client.group_ids, "certificate": opening.holder_of(card), "portals": portals}
        return self._started(asking, session, slot, told)

    def _chosen(self, wanted: str) -> tuple[str, str]:
        """(mode, browser). The person's own is a Firefox; whoever asks for one by name gets it in the sandbox."""
        if not wanted and self.desk.mode() == own_firefox.MODE:
            return own_firefox.MODE, "firefox"
        browser = wanted or self.desk.settings.browser
        self._require_machine(browser)
        return HOSTED, browser

    def _require_machine(self, browser: str) -> None:
        missing = tpool.execute(self.desk.missing, browser)
        if missing:
            raise Conflict(NOT_HERE)

    def _take_place(self, asking: Asking, session: Session) -> int:
        limits = (self.desk.settings.browser_sessions_host, self.desk.settings.browser_sessions_firm)
        with self.db.begin(asking) as db:
            slot = sessions.take_place(db, session, self.desk.host, *limits)
            db.add(session)
            return slot

    def _started(self, asking: Asking, session: Session, slot: int, told: Json) -> Json:
        """Whatever goes wrong from here on, the place is free again and the session has an end."""
        because = "not_released"
        self.desk.starting.add(session.id)
        try:
            released = opening.released(self.keyring, self.desk.key, asking, session)
            because = "could_not_start"
            with self.db.begin(asking) as db:
                db.get_one(Session, session.id).use_id = released.use_id
            self.desk.launch(session, slot, told | {"chain_pem": released.chain_pem}, released.open(self.desk.key))
            with self.db.begin(asking) as db:
                return sessions.described(sessions.opened(db, session.id, released.use_id))
        except BaseException:
            self._not_started(asking, session, because)
            raise
        finally:
            self.desk.starting.discard(session.id)

    def _not_started(self, asking: Asking, session: Session, because: str) -> None:
        """One that runs is ended by who keeps it; one that ran has its end already."""
        if kept := self.desk.kept.get(session.id):
            kept.close(because)
            return
        with self.db.begin(asking) as db:
            sessions.ended(db, session.id, because, [])

    @rpc(needs=SIGNED_IN, of=known_session)
    def session(self, db: UnitOfWork, asking: Asking, session: Session) -> Json:
        return sessions.described(session)

    @knowing(lambda client_id, *_: client_id, learn_client)
    @rpc(needs=SIGNED_IN, of=visible_client)
    def sessions_of(self, db: UnitOfWork, asking: Asking, client: Client) -> list[Json]:
        return sessions.latest_of(db, client)

    @rpc(needs=SIGNED_IN, of=known_session)
    def close(self, db: UnitOfWork, asking: Asking, session: Session) -> None:
        because = "closed" if session.user_id == asking.user_id else "closed_by_administrator"
        sessions.ask_to_close(db, because, Session.id == session.id)

    # ── what it is looked at by (its files: `crossing`) ────────────────────────────────────────────────────────────────────────

    @rpc(needs=SIGNED_IN, of=own_session, keyed=False)
    def viewer_token(self, db: UnitOfWork, asking: Asking, session: Session) -> str:
        asking.require_person()
        return sessions.new_token(session)

    @rpc(needs=SIGNED_IN, of=own_session, keyed=False)
    def redeem(self, db: UnitOfWork, asking: Asking, session: Session, token: str) -> Json:
        if not sessions.is_redeemed(db, session, token):
            raise NotAllowed(said("Este visor ya se usó, o ha caducado. Vuelva a cargar la página."))
        return {"screen": str(self.desk.folder_of(session.id) / "run" / "rfb.sock")}

    # ── what ends it ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(ClientsRegistered, ClientsChanged)
    def know_clients(self, db: UnitOfWork, fact: ClientsRegistered | ClientsChanged) -> None:
        keep_clients(db, fact.clients)
        self.desk.bell.set()

    @on(CertificateImported, CertificateRemoved)
    def close_with_certificate(self, db: UnitOfWork, fact: CertificateImported | CertificateRemoved) -> None:
        """A new one replaces the one before it, but not one for later; one that was removed is used no more."""
        which = Session.certificate_id == fact.certificate_id
        if isinstance(fact, CertificateImported):
            if fact.not_before > utc_now():
                return
            which = Session.certificate_id != fact.certificate_id
        sessions.ask_to_close(db, "certificate_replaced", Session.client_id == fact.client_id, which)
        self.desk.bell.set()

    @always
    def keep_sessions(self, stopping: threading.Event) -> None:
        try:
            while not stopping.is_set():
                self.desk.bell.wait(LOOK_S)
                self.desk.bell.clear()
                self._look()
        finally:
            self.desk.close_all()
            while any(not kept.has_ended for kept in self.desk.kept.values()) and self.desk.bell.wait(LOOK_S * 20):
                self.desk.bell.clear()
            self._finish()

    @always
    def judge_people(self, stopping: threading.Event) -> None:
        """Beside the other loop: `access` may be slow to answer, and closing must not wait for it."""
        while not stopping.wait(JUDGE_S):
            pool = GreenPool()
            for kept in list(self.desk.kept.values()):
                pool.spawn_n(self._judge, kept)
            pool.waitall()

    def _judge(self, kept: Kept) -> None:
        if not kept.because and (because := judging.by_access(self, kept)):
            kept.close(because)

    def _look(self) -> None:
        """The database may be away for a moment: no browser is closed for that."""
        for kept in list(self.desk.kept.values()):
            if not kept.because and (because := judging.by_rows(self, kept)):
                kept.close(because)
            kept.insist()
        with left_for_the_next_turn("sessions_not_written", step="finish"):
            self._finish()
        with left_for_the_next_turn("sessions_not_written", step="renew"):
            self._renew()

    def _renew(self) -> None:
        if alive := self.desk.alive():
            with self.db.begin() as db:
                db.execute(update(Running).where(Running.session_id.in_(alive)).values(seen_at=utc_now()))

    def _finish(self) -> None:
        """Write what the wardens said, and the end of those that are over. One that ends while this writes is the next turn's."""
        for kept in list(self.desk.kept.values()):
            is_over, downloads = kept.has_ended, kept.downloads
            with self.db.begin(Asking(tenant_id=kept.tenant_id, user_id=kept.user_id)) as db:
                session = db.get(Session, kept.session_id)
                if session is not None and downloads is not None:
                    session.downloads = downloads
                if session is not None and session.hosts != kept.hosts:
                    session.hosts = sorted(kept.hosts)
                if is_over:
                    sessions.ended(db, kept.session_id, kept.because, sorted(kept.hosts))
            if kept.downloads is downloads:
                kept.downloads = None
            if is_over:
                kept.process.wait()
                del self.desk.kept[kept.session_id]

    @every(seconds=5)
    def end_what_was_left(self) -> None:
        """Sessions whose process was killed: their rows end here, their folders are removed.

        Our own live, however long the database was away: we end them ourselves.
        """
        with self.db.begin() as db:
            stale = sessions.stale(db, utc_now() - STALE)
        for tenant_id, user_id, session_id in stale:
            if session_id in self.desk.alive():
                continue
            with self.db.begin(Asking(tenant_id=tenant_id, user_id=user_id)) as db:
                sessions.ended(db, session_id, "service_gone", [])
        folders.sweep(self.desk.root)
