"""A firm whose clients have mailboxes that the stand-in of DEHú knows: for tests of the whole reading."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from gateway.handing_over import hand_over
from services.chassis.asking import Asking
from tests import people
from tests.worlds import World, until

PASSWORD = "una clave larga"


@dataclass(frozen=True)
class Holder:
    """A client with its mailbox."""

    client_id: str
    tax_id: str
    name: str
    mailbox_id: str = ""


class Office:
    """A firm in a world, the sandbox's side door, and what a test asks of both."""

    def __init__(self, world: World, bodies: Any):
        self.world, self.bodies, self.firm = world, bodies, world.firm()
        self.ask = self.firm.admin
        self.reader_of_mailboxes = self.firm.as_user(self.somebody_who_syncs())

    def somebody_who_syncs(self) -> str:
        """A manager in a group that grants sync on dehu."""
        self.user_id = self.firm.user("manager")
        group = {"name": "Consultas", "member_ids": [self.user_id], "grants": [{"body": "dehu", "verbs": ["sync"]}]}
        self.group_id = self.ask.access.create_group(group)["id"]
        return self.user_id

    def client(self, **more: Any) -> Holder:
        tax_id, name = people.tax_id(), "ABAD BELTRÁN, CARLA"
        made = self.ask.clients.register({"tax_id": tax_id, "name": name, **more})
        return Holder(made["id"], tax_id, name)

    def certify(self, holder: Holder, **more: Any) -> str:
        """A certificate of the client's own; its id, once the service has heard of it."""
        file = self.bodies.certificate(holder.tax_id, holder.name, PASSWORD, key="shared", **more)
        until(lambda: self.knows("keyring", "clients", holder.client_id), "the keyring knows the client")
        certificate = hand_over(self.ask, holder.client_id, base64.b64encode(file).decode(), PASSWORD)
        until(lambda: self.knows("mailbox_sync", "certificates", certificate["id"]), "the service has heard of the certificate")
        return certificate["id"]

    def knows(self, service: str, table: str, row_id: str) -> bool:
        store = self.world.store(service)
        with store.begin(Asking(tenant_id=self.firm.tenant_id)) as db:
            model = next(mapper.class_ for mapper in store.model.registry.mappers if mapper.class_.__tablename__ == table)
            return db.get(model, row_id) is not None

    def with_mailbox(self, holder: Holder, **more: Any) -> Holder:
        made = self.ask.mailbox_sync.add_mailbox(holder.client_id, {"body": "dehu", **more})
        return Holder(holder.client_id, holder.tax_id, holder.name, made["id"])

    def readable(self, notices: int = 0) -> Holder:
        """A client with a certificate, so many notices at DEHú, and a mailbox there, which is due at once."""
        holder = self.client()
        self.certify(holder)
        if notices:
            self.bodies.many([holder.tax_id], notices, seed=holder.tax_id)
        return self.with_mailbox(holder)

    def mailbox(self, holder: Holder) -> dict[str, Any]:
        return self.ask.mailbox_sync.mailbox(holder.mailbox_id)

    def checked(self, holder: Holder) -> dict[str, Any]:
        """The mailbox, once it was read whole."""
        until(lambda: self.mailbox(holder)["last_complete_check_at"], "the mailbox is read")
        return self.mailbox(holder)

    def in_trouble(self, holder: Holder) -> dict[str, Any]:
        until(lambda: self.mailbox(holder)["error"], "the mailbox shows an error")
        return self.mailbox(holder)

    def sync(self, holder: Holder) -> dict[str, Any]:
        """A reading by hand, once it is over."""
        asked = self.reader_of_mailboxes.mailbox_sync.sync_now(holder.mailbox_id)
        return self.ended(asked["id"])

    def ended(self, sync_id: str) -> dict[str, Any]:
        until(lambda: self.ask.mailbox_sync.sync(sync_id)["state"] in ("done", "failed"), "the reading is over")
        return self.ask.mailbox_sync.sync(sync_id)

    def known(self, holder: Holder) -> list[str]:
        """The references that are kept of the mailbox, sorted."""
        from services.mailbox_sync.models import KnownNotice

        with self.world.store("mailbox_sync").begin(Asking(tenant_id=self.firm.tenant_id)) as db:
            return sorted(row.reference for row in db.query(KnownNotice).filter_by(mailbox_id=holder.mailbox_id))
