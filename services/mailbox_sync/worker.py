"""The workers that read mailboxes, in any number of processes.

    claim and prepare → one call for all keys → queue → read pages, each stored in a unit → whole → queue → written, or a fault

One green thread claims and feeds the queue, `sync_in_flight` of them read, and one writes what was read whole (see `completing`), so that
the next claim is being prepared while the last one is read. Polling every second is the truth; a request by a person only wakes one worker
earlier. Listing has no legal effect, so a check may be repeated at will: a worker that is killed leaves a lease that runs out, and the next
one starts from page 1, finding known what was stored.

Invariants: `complete` is reached only when the connector's pages ended without a fault; every write holds the fence; and a lease is
renewed only while its check is in hand, so that one that was left, whatever the reason, is claimed again when its lease ends.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from eventlet.greenpool import GreenPool
from eventlet.queue import LightQueue
from nameko.extensions import DependencyProvider

from services.chassis.always import always
from services.chassis.away import is_away
from services.chassis.boxes import WorkerKey
from services.chassis.database import Database, Store, UnitOfWork
from services.chassis.entrypoints import on
from services.chassis.logs import what_failed
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.chassis.settings import Settings
from services.contracts.errors import Away
from services.contracts.events import MailboxesChanged, SyncRequested
from services.contracts.message import new_id
from services.contracts.sentences import said
from services.mailbox_sync import claims, endings
from services.mailbox_sync.checks import Check, Lease, held, store_page
from services.mailbox_sync.claims import LeaseLost
from services.mailbox_sync.completing import Ended, Waiting, complete, complete_together
from services.mailbox_sync.connecting import BodySettings, Connector, Fault, ListChanged, OurFault, Page
from services.mailbox_sync.connectors import connector_for
from services.mailbox_sync.erasing import forget
from services.mailbox_sync.facts import groups_of
from services.mailbox_sync.keys import NOT_ALLOWED, Json, OpenIdentities, released
from services.mailbox_sync.models import Model
from services.mailbox_sync.preparing import prepare
from services.mailbox_sync.schedule import LEASE, claim_size
from services.mailbox_sync.uses import tell_failed

log = structlog.get_logger()
POLL_S = 1.0
READINGS_OF_A_LIST = 3
NO_MORE = said("Quien pidió la consulta ya no tiene permiso sobre este buzón; se dejó de leer.")
NO_LONGER_ALLOWED = {"code": NOT_ALLOWED, "message": NO_MORE}
OUR_FAULT = OurFault("internal", said("La consulta falló por un error de Casillero, ya anotado. Se repetirá más tarde."))
ACCESS_AWAY = OurFault("access_away", said("No se pudo comprobar el permiso: una parte del sistema no responde. Se repetirá más tarde."))


class Stopping(Exception):
    """This process is to end: what it has not finished is handed back."""


class NotAllowedAnyMore(Exception):
    """The person who asked for this check lost the right to it."""


class Desk(DependencyProvider):
    """What the green threads of one worker process share: its name, keys and connectors, the bell that wakes it, what was read."""

    def setup(self) -> None:
        self.settings: Settings = self.container.config["settings"]
        self.worker = f"{os.getpid()}-{new_id()[-12:]}"
        self.key = WorkerKey.new()
        self.identities = OpenIdentities(self.key, self.settings.bodies_ca_file or None)
        self.bell = threading.Event()
        self.read = Waiting(4 * self.settings.sync_in_flight)
        self.in_hand: set[Lease] = set()

    def get_dependency(self, worker_ctx: Any) -> Desk:
        return self

    def connector(self, body: str) -> Connector:
        ca_file = self.settings.bodies_ca_file or None
        urls = {"dehu": self.settings.dehu_url}
        return connector_for(body, BodySettings(urls[body], ca_file, self.settings.body_timeout_s))


class SyncWorker(Service):
    name = "sync_worker"
    db = Database(Model)
    forget_clients = staticmethod(forget)
    keyring = Promise("keyring")
    desk = Desk()

    @on(SyncRequested, MailboxesChanged)
    def wake(self, db: UnitOfWork, fact: SyncRequested | MailboxesChanged) -> None:
        self.desk.bell.set()

    @always
    def read_mailboxes(self, stopping: threading.Event) -> None:
        in_flight = self.desk.settings.sync_in_flight
        if self.desk.settings.is_embedded:
            # This process is the only one there is: whoever held a lease was killed with the process before it.
            with self.db.begin() as db:
                claims.forget_leases(db)
        ready: LightQueue = LightQueue(in_flight)
        readers, writer = GreenPool(in_flight), GreenPool(1)
        for _ in range(in_flight):
            readers.spawn_n(self._read_until_told, ready, stopping)
        writer.spawn_n(self._write_until_told)
        try:
            while not stopping.is_set():
                self.desk.bell.clear()
                if not self._feed(ready):
                    self.desk.bell.wait(POLL_S)
        finally:
            for _ in range(in_flight):
                ready.put(None)
            readers.waitall()
            self.desk.read.close()
            writer.waitall()

    @always
    def keep_leases(self, stopping: threading.Event) -> None:
        """A page may take longer than a lease; a worker that died keeps its mailboxes no longer than one."""
        while not stopping.wait(LEASE.total_seconds() / 3):
            if held_now := sorted(self.desk.in_hand):
                with self.db.begin() as db:
                    claims.renew(db, held_now)

    def _feed(self, ready: LightQueue) -> int:
        """Claim some mailboxes and put them where the readers take them; how many there were."""
        with self.db.begin() as db:
            checks = prepare(db, claims.claim(db, self.desk.worker, claim_size(self.desk.settings.sync_in_flight)))
        self.desk.in_hand.update(check.lease for check in checks)
        for check, answer in zip(checks, released(self.keyring, self.desk.key, checks), strict=True):
            check.use_id = "" if isinstance(answer, Fault) else answer["use_id"]
            ready.put((check, answer))
        return len(checks)

    def _read_until_told(self, ready: LightQueue, stopping: threading.Event) -> None:
        while (item := ready.get()) is not None:
            check, answer = item
            last: Page | None = None
            with whatever_comes(self.db, check):
                last = self._read(check, answer, stopping)
            if last is None:
                self.desk.in_hand.discard(check.lease)
            else:
                self.desk.read.add(check, last)

    def _write_until_told(self) -> None:
        for batch in self.desk.read.batches():
            for check, last in self._written_together(batch):
                with whatever_comes(self.db, check):
                    self._write(check, last)
            self.desk.in_hand.difference_update(check.lease for check, _ in batch)

    def _written_together(self, batch: list[Ended]) -> list[Ended]:
        """Those that have to be written alone; all, when something is wrong with one of them."""
        try:
            with self.db.begin(batch[0][0].asking) as db:
                return complete_together(db, batch, self.desk.settings.sync_every_s)
        except Exception as error:
            log.warning("ends_written_alone", checks=len(batch), error=what_failed(error))
            return batch

    def _write(self, check: Check, last: Page) -> None:
        try:
            with self.db.begin(check.asking) as db:
                complete(db, check, last, self.desk.settings.sync_every_s)
        except Exception as error:
            self._fail_by_us(check, error)

    def _read(self, check: Check, answer: Json | Fault, stopping: threading.Event) -> Page | None:
        """One check, whatever comes of it. → its last page when it was read whole; None when it has ended."""
        try:
            return self._read_whole(check, answer, stopping)
        except Stopping:
            with held(self.db, check) as (db, now):
                endings.hand_back(db, check, now)
        except NotAllowedAnyMore:
            with held(self.db, check) as (db, now):
                endings.give_up(db, check, now, NO_LONGER_ALLOWED, self.desk.settings.sync_every_s)
        except Fault as fault:
            self._fail(check, fault)
        except Exception as error:
            self._fail_by_us(check, error)
        return None

    def _read_whole(self, check: Check, answer: Json | Fault, stopping: threading.Event) -> Page:
        """→ the last page, once the connector has found the whole complete; it is stored with the end of the check."""
        if stopping.is_set():
            raise Stopping
        if isinstance(answer, Fault):
            # Of who asked, not of the mailbox.
            raise NotAllowedAnyMore if check.sync_id and answer.code == NOT_ALLOWED else answer
        self._still_ours(check)
        self._still_allowed(check)
        with self.desk.identities.reading(answer) as identity:
            check.asked_s = time.monotonic()
            for reading in range(1, READINGS_OF_A_LIST + 1):
                try:
                    return self._store_all(check, self.desk.connector(check.body).pages(check.address, identity), stopping)
                except ListChanged:
                    if reading == READINGS_OF_A_LIST:
                        raise
                    check.start_again()
        raise AssertionError("the last reading answers or raises")

    def _store_all(self, check: Check, pages: Iterator[Page], stopping: threading.Event) -> Page:
        """Page by page, but for the last."""
        for page in pages:
            if page.number == page.total_pages:
                last = page
                continue
            with held(self.db, check) as (db, _):
                store_page(db, check, page)
            if stopping.is_set():
                raise Stopping
            self._still_allowed(check)
        check.read_s = time.monotonic()
        return last

    def _still_ours(self, check: Check) -> None:
        """A check may wait in the queue long after its key was released: what was withdrawn meanwhile is not begun. Raises LeaseLost."""
        with self.db.begin(check.asking) as db:
            claims.require_held(db, check.mailbox_id, check.fence)

    def _still_allowed(self, check: Check) -> None:
        """A change of rights applies to the first page and to the next. A check by schedule is nobody's: nobody's rights matter."""
        if not check.sync_id:
            return
        with self.db.begin(check.asking) as db:
            groups = sorted(groups_of(db, check.client_id))
        try:
            allowed = self.access.asking(check.asking).check(check.user_id, "sync", check.body, groups)
        except Away as error:
            raise ACCESS_AWAY from error
        if not allowed:
            raise NotAllowedAnyMore

    def _fail(self, check: Check, fault: Fault) -> None:
        log.info("check_failed", mailbox_id=check.mailbox_id, body=check.body, code=fault.code)
        with held(self.db, check) as (db, now):
            endings.fail(db, check, now, fault)

    def _fail_by_us(self, check: Check, error: Exception) -> None:
        """What passes by itself, and a lease that was lost, is not the check's fault, and nothing can be written of it now."""
        if isinstance(error, LeaseLost) or is_away(error):
            raise error
        log.error("check_broken", mailbox_id=check.mailbox_id, body=check.body, error=what_failed(error))
        self._fail(check, OUR_FAULT)


@contextmanager
def whatever_comes(store: Store, check: Check) -> Iterator[None]:
    """A check that cannot go on is left; the green thread goes on."""
    try:
        try:
            yield
        except LeaseLost:
            log.info("check_dropped", mailbox_id=check.mailbox_id, reason="the mailbox was withdrawn or taken over")
            with store.begin(check.asking) as db:
                tell_failed(db, check, "dropped")
    except Exception as error:
        # A part of our own is away; the lease runs out, and whoever takes the mailbox then reads it from the start.
        log.error("check_abandoned", mailbox_id=check.mailbox_id, error=what_failed(error))
