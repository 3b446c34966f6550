"""What may be asked of mailbox_sync, and what it hears. A mailbox is added, seen, changed, asked for now, removed.

The reading itself is the work of `sync_worker`, in any number of processes, on the same tables.
"""

from __future__ import annotations

from dataclasses import asdict

from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.chassis.jobs import Jobs
from services.chassis.learning import knowing
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.contracts.errors import NotAllowed
from services.contracts.events import (
    CertificateImported,
    CertificateRemoved,
    ClientsChanged,
    ClientsRegistered,
    MailboxJobAsked,
)
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.mailboxes import MailboxChanges, MailboxesPage, NewMailbox
from services.mailbox_sync import claims, facts, health, mailboxes
from services.mailbox_sync.bodies import CATALOGUE, name_of
from services.mailbox_sync.bulk import NO_GRANT, Bulk
from services.mailbox_sync.connectors import modules
from services.mailbox_sync.defaults import KeepingSettings, add_defaults
from services.mailbox_sync.erasing import forget
from services.mailbox_sync.known import learn_clients
from services.mailbox_sync.listing import find_client, find_mailbox, find_sync, one_page, show, show_sync
from services.mailbox_sync.models import Client, Mailbox, Model, Sync
from services.mailbox_sync.portals import Portals
from services.mailbox_sync.suspending import Suspending


def visible_client(service: MailboxSyncService, db: UnitOfWork, asking: Asking, client_id: str) -> Client:
    return find_client(db, asking, client_id)


def visible_mailbox(service: MailboxSyncService, db: UnitOfWork, asking: Asking, mailbox_id: str) -> Mailbox:
    return find_mailbox(db, asking, mailbox_id)


def mailbox_to_change(service: MailboxSyncService, db: UnitOfWork, asking: Asking, mailbox_id: str) -> Mailbox:
    """Its row in the schedule is locked first, as every check does: changes and checks come one after the other."""
    mailbox = find_mailbox(db, asking, mailbox_id)
    claims.locked(db, mailbox_id)
    db.refresh(mailbox)
    return mailbox


def visible_sync(service: MailboxSyncService, db: UnitOfWork, asking: Asking, sync_id: str) -> Sync:
    return find_sync(db, asking, sync_id)


def visible_page(service: MailboxSyncService, db: UnitOfWork, asking: Asking, page: Json) -> Json:
    """A list of one client's mailboxes is found only by whoever may see the client."""
    wanted = checked(MailboxesPage, page)
    if "client" in wanted:
        find_client(db, asking, wanted["client"])
    return wanted


class MailboxSyncService(Bulk, Portals, Suspending, KeepingSettings, Jobs, Service):
    name = "mailbox_sync"
    db = Database(Model)
    job_asked = MailboxJobAsked
    forget_clients = staticmethod(forget)
    clients = Promise("clients")

    # ── the bodies ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=SIGNED_IN)
    def bodies(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        described = [asdict(body) | {"is_read": body.id in modules()} for body in CATALOGUE.values()]
        return [body | {"vias": list(body["vias"]), "needs": list(body["needs"])} for body in described]

    @rpc(needs=SIGNED_IN)
    def health(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return [health.health_of(db, body) for body in sorted(modules())]

    # ── a mailbox ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @knowing(lambda client_id, new_mailbox: client_id, learn_clients)
    @rpc(needs="clients.write", of=visible_client)
    def add_mailbox(self, db: UnitOfWork, asking: Asking, client: Client, new_mailbox: Json) -> Json:
        return show(db, asking, mailboxes.add(db, client, checked(NewMailbox, new_mailbox)))

    @knowing(lambda page: page.get("client"), learn_clients)
    @rpc(needs=SIGNED_IN, of=visible_page)
    def mailboxes(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        return one_page(db, asking, page)

    @rpc(needs=SIGNED_IN, of=visible_mailbox)
    def mailbox(self, db: UnitOfWork, asking: Asking, mailbox: Mailbox) -> Json:
        return show(db, asking, mailbox)

    @rpc(needs="clients.write", of=mailbox_to_change)
    def change_mailbox(self, db: UnitOfWork, asking: Asking, mailbox: Mailbox, changes: Json) -> Json:
        mailboxes.change(db, mailbox, checked(MailboxChanges, changes))
        return show(db, asking, mailbox)

    @rpc(needs="clients.write", of=mailbox_to_change)
    def remove_mailbox(self, db: UnitOfWork, asking: Asking, mailbox: Mailbox) -> None:
        mailboxes.remove(db, mailbox)

    # ── reading it now ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=SIGNED_IN, unit=False)
    def sync_now(self, asking: Asking, mailbox_id: str) -> Json:
        """Needs mailboxes.sync and a grant, judged after the mailbox was found and by `access` at this moment."""
        with self.db.begin(asking) as db:
            mailbox = find_mailbox(db, asking, mailbox_id)
            group_ids = facts.groups_of(db, mailbox.client_id)
        asking.require("mailboxes.sync")
        if not self.access.check(asking.user_id, "sync", mailbox.body, sorted(group_ids)):
            raise NotAllowed(NO_GRANT.format(body=name_of(mailbox.body)))
        with self.db.begin(asking) as db:
            return show_sync(mailboxes.request_sync(db, asking, find_mailbox(db, asking, mailbox_id)))

    @rpc(needs=SIGNED_IN, of=visible_sync)
    def sync(self, db: UnitOfWork, asking: Asking, sync: Sync) -> Json:
        return show_sync(sync)

    # ── what others know ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(ClientsRegistered, ClientsChanged)
    def keep_clients(self, db: UnitOfWork, fact: ClientsRegistered | ClientsChanged) -> None:
        facts.keep_clients(db, fact.clients)
        if isinstance(fact, ClientsRegistered):
            add_defaults(db, [client.client_id for client in fact.clients])

    @on(CertificateImported, CertificateRemoved)
    def keep_certificates(self, db: UnitOfWork, fact: CertificateImported | CertificateRemoved) -> None:
        if isinstance(fact, CertificateImported):
            facts.keep_certificate(db, fact)
        else:
            facts.forget_certificate(db, fact.certificate_id, fact.client_id)

    @every(seconds=3600)
    def forget_old_attempts(self) -> None:
        with self.db.begin() as db:
            health.forget_old(db)
