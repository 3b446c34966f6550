"""An export: the trail has it before anybody gets a row.

`export` says which clients it holds, after the entry was committed, each time that it is asked; the rows are then asked for in parts, so
that no answer is large, and none is kept. Each part judges again what may be seen: what somebody may no longer see is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.jobs import digest_of
from services.clients.answers import record_of
from services.clients.cells import head, lines, row_of
from services.clients.groups import named_groups_of
from services.clients.listing import ids_of
from services.clients.models import Client
from services.clients.visibility import visible_to
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.clients import ClientsExport

if TYPE_CHECKING:
    from services.clients.service import ClientsService


class Exporting:
    """The part of the service that hands clients out as a file."""

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def export(self: ClientsService, asking: Asking, wanted: Json) -> Json:
        """{client_ids, head}: the clients in order, and the first line of the file."""
        loaded = checked(ClientsExport, wanted)
        with self.db.begin(asking) as db:
            client_ids = ids_of(db, asking, loaded)
        return begun(self, asking, client_ids)

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def export_these(self: ClientsService, asking: Asking, client_ids: list[str]) -> Json:
        """The same for those of these clients that may be seen, in the order given."""
        with self.db.begin(asking) as db:
            seen = set(db.scalars(select(Client.id).where(Client.id.in_(client_ids), visible_to(asking.scope))))
        return begun(self, asking, [client_id for client_id in dict.fromkeys(client_ids) if client_id in seen])

    @rpc(needs=SIGNED_IN, keyed=False)
    def export_rows(self, db: UnitOfWork, asking: Asking, client_ids: list[str]) -> str:
        """The lines of those of these clients that may be seen, in the order given; ask for some hundred at a time."""
        found = select(Client).where(Client.id.in_(client_ids), visible_to(asking.scope))
        clients = {client.id: client for client in db.scalars(found)}
        groups = named_groups_of(db, asking.scope, clients)
        listed = [client_id for client_id in client_ids if client_id in clients]
        return lines(row_of(record_of(clients[id]), sorted(filter(None, groups[id].values()))) for id in listed)


def begun(service: ClientsService, asking: Asking, client_ids: list[str]) -> Json:
    """The trail has it before anything leaves."""
    entry = {"tenant_id": asking.tenant_id, "act": "clients_exported", "user_id": asking.user_id}
    service.audit.record([entry | {"detail": {"count": len(client_ids), "sha256": digest_of(client_ids)}}])
    return {"client_ids": client_ids, "head": head()}
