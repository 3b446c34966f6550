"""What may be asked of clients, and what it hears. A client is registered, seen, changed, put in groups, archived."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import on, rpc
from services.chassis.jobs import Jobs
from services.chassis.learning import knowing
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.clients import facts, groups, records
from services.clients.answers import described
from services.clients.bulk import Bulk
from services.clients.erasing import ErasingClients, forget
from services.clients.exporting import Exporting
from services.clients.firm import KeepingSettings
from services.clients.importing import Importing
from services.clients.listing import listed
from services.clients.membership import groups_after, shown_groups
from services.clients.models import Client, Model
from services.clients.views import Views
from services.clients.visibility import client_to_change, visible_client, visible_to
from services.contracts.errors import Invalid, NotFound
from services.contracts.events import (
    CertificateImported,
    CertificateRemoved,
    ClientJobAsked,
    ClientsCounted,
    GroupChanged,
    MailboxChecked,
    MailboxesChanged,
)
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.clients import ClientChanges, ClientGroups, ClientsPage, GroupClients, NewClient
from services.contracts.sentences import said


class ClientsService(ErasingClients, Exporting, Importing, Bulk, Views, Jobs, KeepingSettings, Service):
    name = "clients"
    db = Database(Model)
    job_asked = ClientJobAsked
    forget_clients = staticmethod(forget)
    audit = Promise("audit")

    @knowing(lambda new_client: new_client.get("group_ids"), groups.learn_groups)
    @rpc(needs="clients.write")
    def register(self, db: UnitOfWork, asking: Asking, new_client: Json) -> Json:
        (client,) = records.register_all(db, asking, [checked(NewClient, new_client)])
        return described(db, asking.scope, [client])[0]

    @rpc(needs=SIGNED_IN, reads=True)
    def clients(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        return listed(db, asking, checked(ClientsPage, page))

    @rpc(needs=SIGNED_IN, of=visible_client)
    def client(self, db: UnitOfWork, asking: Asking, client: Client) -> Json:
        return described(db, asking.scope, [client])[0]

    @rpc(needs=SIGNED_IN)
    def names(self, db: UnitOfWork, asking: Asking, client_ids: list[str]) -> Json:
        seen = select(Client.id, Client.name).where(Client.id.in_(client_ids), visible_to(asking.scope))
        return {client_id: name for client_id, name in db.execute(seen)}

    @rpc(needs=SIGNED_IN)
    def clients_of_groups(self, db: UnitOfWork, asking: Asking, group_ids: list[str]) -> Json:
        return groups.clients_of(db, asking.scope, group_ids)

    @rpc(needs=SIGNED_IN)
    def sizes_of_groups(self, db: UnitOfWork, asking: Asking, group_ids: list[str]) -> Json:
        return groups.sizes_of(db, asking.scope, group_ids)

    @knowing(lambda group_id, client_ids: [group_id], groups.learn_groups)
    @rpc(needs="clients.write")
    def set_clients_of_group(self, db: UnitOfWork, asking: Asking, group_id: str, client_ids: list[str]) -> list[str]:
        if not groups.known_groups(db, shown_groups(asking.scope, [group_id])):
            raise NotFound()
        wanted = set(checked(GroupClients, {"client_ids": client_ids})["client_ids"])
        seen = db.scalars(select(Client).where(Client.id.in_(wanted), visible_to(asking.scope))).all()
        if unseen := wanted - {client.id for client in seen}:
            raise Invalid.field("client_ids", said("{count} no existen o no están a su alcance.", count=len(unseen)))
        current = set(groups.clients_of(db, asking.scope, [group_id])[group_id])
        groups.set_clients(db, group_id, current, wanted)
        records.touch_by_id(db, sorted(current ^ wanted), "groups")
        return sorted(wanted)

    @rpc(needs="clients.write", of=client_to_change)
    def change(self, db: UnitOfWork, asking: Asking, client: Client, changes: Json) -> Json:
        records.change(db, client, checked(ClientChanges, changes))
        return described(db, asking.scope, [client])[0]

    @rpc(needs=SIGNED_IN, of=visible_client)
    def groups_of(self, db: UnitOfWork, asking: Asking, client: Client) -> list[str]:
        return sorted(shown_groups(asking.scope, groups.group_ids_of(db, [client.id])[client.id]))

    @knowing(lambda client_id, group_ids: group_ids, groups.learn_groups)
    @rpc(needs="clients.write", of=client_to_change)
    def set_groups(self, db: UnitOfWork, asking: Asking, client: Client, group_ids: list[str]) -> list[str]:
        """The groups, among those that the asker may see, that the client is in from now on."""
        wanted = checked(ClientGroups, {"group_ids": group_ids})["group_ids"]
        current = groups.group_ids_of(db, [client.id])[client.id]
        after = groups_after(asking.scope, current, wanted, groups.known_groups(db, wanted))
        if after != current:
            groups.set_members(db, client.id, current, after)
            records.touch(db, [client], "groups")
        return sorted(shown_groups(asking.scope, after))

    @rpc(needs="clients.write", of=client_to_change)
    def archive(self, db: UnitOfWork, asking: Asking, client: Client) -> None:
        records.set_archived(db, client, True)

    @rpc(needs="clients.write", of=client_to_change)
    def restore(self, db: UnitOfWork, asking: Asking, client: Client) -> Json:
        records.set_archived(db, client, False)
        return described(db, asking.scope, [client])[0]

    @rpc(needs=INTERNAL)
    def facts(self, db: UnitOfWork, asking: Asking, client_ids: list[str]) -> list[Json]:
        return [asdict(one) for one in records.facts_by_id(db, client_ids)]

    @rpc(needs=INTERNAL)
    def facts_by_tax_id(self, db: UnitOfWork, asking: Asking, tax_ids: list[str]) -> list[Json]:
        return [asdict(one) for one in records.facts_by_tax_id(db, tax_ids)]

    # ── what others know ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(GroupChanged)
    def keep_group(self, db: UnitOfWork, fact: GroupChanged) -> None:
        records.touch_by_id(db, groups.keep_fact(db, fact), "groups")

    @on(CertificateImported, CertificateRemoved)
    def keep_certificate(self, db: UnitOfWork, fact: CertificateImported | CertificateRemoved) -> None:
        facts.keep_certificate(db, fact)

    @on(MailboxesChanged)
    def keep_mailboxes(self, db: UnitOfWork, fact: MailboxesChanged) -> None:
        facts.keep_mailboxes(db, fact)

    @on(MailboxChecked)
    def keep_check(self, db: UnitOfWork, fact: MailboxChecked) -> None:
        facts.keep_check(db, fact)

    @on(ClientsCounted)
    def keep_counts(self, db: UnitOfWork, fact: ClientsCounted) -> None:
        facts.keep_counts(db, fact)
