"""Certificates: imported, listed, released to a worker against a ticket, removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from eventlet import tpool
from sqlalchemy import delete, select

from services.chassis.asking import Asking
from services.chassis.boxes import wipe
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.chassis.jobs import Jobs
from services.chassis.learning import knowing
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.contracts.errors import NotFound
from services.contracts.events import CertificateJobAsked, CertificateRemoved, ClientsChanged, ClientsRegistered
from services.contracts.message import utc_now
from services.contracts.rpc import INTERNAL, SIGNED_IN
from services.contracts.schemas import certificates as shapes
from services.contracts.schemas import checked
from services.keyring import releasing
from services.keyring.cards import state_of, warnings_of
from services.keyring.envelopes import OpenKeys
from services.keyring.erasing import forget
from services.keyring.handing_in import handed_in, in_date
from services.keyring.importing import Importing
from services.keyring.known import keep_clients, learn_client
from services.keyring.models import Certificate, Client, Model, UsedTicket
from services.keyring.opening import MasterKeysAtStart
from services.keyring.pkcs12 import open_pkcs12
from services.keyring.storing import destroy, keep
from services.keyring.subjects import read

Json = dict[str, Any]
KEEP_TICKETS = timedelta(hours=1)
MANAGE = "certificates.manage"


def visible_client(service: KeyringService, db: UnitOfWork, asking: Asking, client_id: str) -> Client | None:
    """None is the firm itself."""
    client = db.get(Client, client_id) if client_id else None
    if client_id and (client is None or client.tenant_id != asking.tenant_id or not asking.scope.sees(frozenset(client.group_ids))):
        raise NotFound()
    return client


class KeyringService(Importing, Jobs, Service):
    name = "keyring"
    db = Database(Model)
    job_asked = CertificateJobAsked
    forget_clients = staticmethod(forget)
    keeps_back = frozenset({"keys", "tenant_keys"})
    master = MasterKeysAtStart()
    audit = Promise("audit")
    clients = Promise("clients")

    @on(ClientsRegistered, ClientsChanged)
    def know_clients(self, db: UnitOfWork, fact: ClientsRegistered | ClientsChanged) -> None:
        keep_clients(db, fact.clients)

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def door(self, asking: Asking) -> str:
        return self.master.door().public

    @knowing(lambda client_id, *_: client_id, learn_client)
    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def import_certificate(self, asking: Asking, client_id: str, box: str) -> Json:
        """Needs certificates.manage, judged after the client was found, and before the file is looked at."""
        with self.db.begin(asking) as db:
            client = visible_client(self, db, asking, client_id)
        asking.require(MANAGE)
        pkcs12, password = handed_in(self.master, box, shapes.import_context(client_id))
        opened = tpool.execute(open_pkcs12, pkcs12, password)
        try:
            reading = in_date(read(opened.chain[0]))
            with self.db.begin(asking) as db, OpenKeys(self.master) as keys:
                certificate, is_new = keep(db, keys, client_id, opened, reading)
        finally:
            wipe(opened.private_key)
        warnings = warnings_of(certificate, client.tax_id if client else "", is_new, utc_now())
        return shapes.ImportedCertificate().dump(card(certificate) | {"warnings": warnings})

    @knowing(lambda client_id, *_: client_id, learn_client)
    @rpc(needs=SIGNED_IN, of=visible_client)
    def certificates(self, db: UnitOfWork, asking: Asking, client: Client | None) -> list[Json]:
        """Newest first. The firm's own, which show whom the firm stands for, are for who manages certificates."""
        if client is None:
            asking.require(MANAGE)
        own = select(Certificate).where(Certificate.client_id == (client.id if client else ""), Certificate.removed_at.is_(None))
        newest_first = own.order_by(Certificate.not_after.desc(), Certificate.id.desc())
        return [shapes.Certificate().dump(card(row)) for row in db.scalars(newest_first)]

    @rpc(needs=INTERNAL, unit=False)
    def release(self, asking: Asking, tickets: list[Json], worker_key: str) -> list[Json]:
        """At most 50 tickets of any tenants, answered in order; nothing is opened before the trail has it (see `releasing`)."""
        uses = releasing.uses_of(wanted(tickets))
        releasing.require_worker_key(worker_key)
        releasing.look_up(self.db, uses)
        releasing.judge(uses, self.access)
        releasing.record(uses, self.audit)
        releasing.mark_used(self.db, uses)
        with OpenKeys(self.master) as keys:
            answers = releasing.answer(uses, keys, worker_key)
        releasing.record_unreleased(uses, self.audit)
        return answers

    @knowing(lambda client_id, *_: client_id, learn_client)
    @rpc(needs=MANAGE, of=visible_client)
    def remove_certificate(self, db: UnitOfWork, asking: Asking, client: Client | None, certificate_id: str) -> None:
        own = (Certificate.id == certificate_id, Certificate.client_id == (client.id if client else ""), Certificate.removed_at.is_(None))
        certificate = db.scalars(select(Certificate).where(*own)).first()
        if certificate is None:
            raise NotFound()
        destroy(db, certificate)
        db.publish(CertificateRemoved(certificate_id=certificate.id, client_id=certificate.client_id))

    @every(seconds=600)
    def forget_tickets(self) -> None:
        """A ticket is good for five minutes; its id is kept longer, whatever the clocks say."""
        with self.db.begin() as db:
            db.execute(delete(UsedTicket).where(UsedTicket.used_at < utc_now() - KEEP_TICKETS))


def card(certificate: Certificate) -> Json:
    names = ("id", "client_id", "subject", "tax_id", "issuer", "serial", "not_before", "not_after", "uses", "last_used_at", "uploaded_by")
    return {name: getattr(certificate, name) for name in names} | {"state": state_of(certificate, utc_now())}


def wanted(tickets: list[Json]) -> list[Json]:
    return [ticket | {"user_id": ticket["user_id"] or ""} for ticket in checked(shapes.Tickets, {"tickets": tickets})["tickets"]]
