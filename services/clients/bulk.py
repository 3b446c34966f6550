"""The same done to many clients, as a job: which clients they are is decided when it is asked for, who may is judged at each part.

Whatever one may no longer see or give by then is refused, client by client; what is as it should be already stays untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.jobs import NewJob, Outcome, digest_of, job
from services.clients import records
from services.clients.groups import group_ids_of, known_groups, learn_groups
from services.clients.listing import ids_of
from services.clients.membership import shown_groups
from services.clients.models import Client, ClientGroup
from services.clients.visibility import visible_to
from services.contracts.errors import Invalid, NotFound
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.bulk import BulkAction
from services.contracts.schemas.clients import FLAGS, ClientsExport
from services.contracts.sentences import said

if TYPE_CHECKING:
    from services.clients.service import ClientsService

KINDS: Final = {
    "add_to_groups": "add_many_to_groups",
    "remove_from_groups": "remove_many_from_groups",
    "set_flags": "set_flags_of_many",
    "archive": "archive_many",
    "restore": "restore_many",
}
NOT_ONES_OWN: Final = said("No existe o no pertenece a él.")
NOBODY: Final = said("Ningún cliente cumple el filtro.")


class Bulk:
    """The part of the service that does the same to many."""

    @rpc(needs=SIGNED_IN)
    def chosen(self, db: UnitOfWork, asking: Asking, wanted: Json) -> list[str]:
        """The ids of all that the list would hold with these filters, for whoever does something to them."""
        return ids_of(db, asking, checked(ClientsExport, wanted))

    @rpc(needs="clients.write", unit=False)
    def bulk(self: ClientsService, asking: Asking, action: Json) -> Json:
        """A `BulkAction`, but for those of mailboxes; → the job."""
        wanted = checked(BulkAction, action)
        if wanted["action"] not in KINDS:
            raise Invalid.field("action", said("Esta acción no es un trabajo de clientes."))
        if "group_ids" in wanted:
            learn_groups(self, asking, wanted["group_ids"])
        with self.db.begin(asking) as db:
            require_groups(db, asking, wanted.get("group_ids", []))
            ids = wanted.get("ids") or ids_of(db, asking, checked(ClientsExport, wanted["filter"]))
            return self.start_job(db, asking, new_job(wanted, list(dict.fromkeys(ids))))

    @job(needs="clients.write")
    def add_many_to_groups(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        return regroup(db, asking, rows, job.arguments["group_ids"])

    @job(needs="clients.write")
    def remove_many_from_groups(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        return regroup(db, asking, rows, job.arguments["group_ids"], is_leaving=True)

    @job(needs="clients.write")
    def set_flags_of_many(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        return rewrite(db, asking, rows, job.arguments)

    @job(needs="clients.write")
    def archive_many(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        return rewrite(db, asking, rows, {"archived": True})

    @job(needs="clients.write")
    def restore_many(self, db: UnitOfWork, asking: Asking, job: Any, rows: Sequence[Json]) -> list[Outcome]:
        return bring_back(db, asking, rows)


def new_job(wanted: Json, ids: list[str]) -> NewJob:
    if not ids:
        raise Invalid.field("filter", NOBODY)
    rows = [{"line": place, "id": client_id} for place, client_id in enumerate(ids, 1)]
    arguments: Json = {name: wanted[name] for name in ("group_ids", *FLAGS) if name in wanted}
    return NewJob(kind=KINDS[wanted["action"]], rows=rows, digest=digest_of(ids), arguments=arguments, is_dry_run=wanted["dry_run"])


def require_groups(db: UnitOfWork, asking: Asking, group_ids: list[str]) -> None:
    given = known_groups(db, shown_groups(asking.scope, group_ids))
    wrong = {f"group_ids.{place}": [NOT_ONES_OWN] for place, group_id in enumerate(group_ids) if group_id not in given}
    if wrong:
        raise Invalid(said("Hay datos que no son válidos."), wrong)


def seen(db: UnitOfWork, asking: Asking, rows: Sequence[Json]) -> dict[str, Client]:
    """Those of the rows' clients that may be seen, locked in one order."""
    found = select(Client).where(Client.id.in_([row["id"] for row in rows]), visible_to(asking.scope)).order_by(Client.id)
    return {client.id: client for client in db.scalars(found.with_for_update(of=Client))}


def rewrite(db: UnitOfWork, asking: Asking, rows: Sequence[Json], sent: Json) -> list[Outcome]:
    clients = seen(db, asking, rows)
    for client in clients.values():
        records.write(client, sent)
    changed = [client for client in clients.values() if db.is_modified(client)]
    if changed:
        records.touch(db, changed)
    return outcomes(rows, clients, {client.id for client in changed})


def bring_back(db: UnitOfWork, asking: Asking, rows: Sequence[Json]) -> list[Outcome]:
    """One whose tax id is another client's by now stays archived, and does not keep the others there."""
    clients = seen(db, asking, rows)
    archived = [client for client in clients.values() if client.is_archived]
    given = select(Client.tax_id).where(Client.tax_id.in_([client.tax_id for client in archived]), Client.is_archived.is_(False))
    taken, back = set(db.scalars(given)), {}
    for client in archived:
        if client.tax_id not in taken:
            taken.add(client.tax_id)
            back[client.id] = client
            records.write(client, {"archived": False})
    if back:
        records.touch(db, list(back.values()))
    kept = {client.id: Outcome("refused", client.id, {"tax_id": [records.TAKEN]}) for client in archived if client.id not in back}
    found = outcomes(rows, clients, set(back))
    return [kept.get(row["id"], outcome) for row, outcome in zip(rows, found, strict=True)]


def regroup(db: UnitOfWork, asking: Asking, rows: Sequence[Json], group_ids: list[str], *, is_leaving: bool = False) -> list[Outcome]:
    """Into these groups, or out of them; nothing is moved by who may not give one of them any more."""
    try:
        require_groups(db, asking, group_ids)
    except Invalid as wrong:
        return [Outcome("refused", errors=wrong.errors)] * len(rows)
    clients, wanted = seen(db, asking, rows), set(group_ids)
    found = group_ids_of(db, clients).items()
    moves = {client_id: wanted & current if is_leaving else wanted - current for client_id, current in found}
    moves = {client_id: moved for client_id, moved in moves.items() if moved}
    (remove if is_leaving else add)(db, moves)
    if moves:
        records.touch(db, [clients[client_id] for client_id in sorted(moves)], "groups")
    return outcomes(rows, clients, set(moves))


def add(db: UnitOfWork, moves: dict[str, set[str]]) -> None:
    db.add_all(ClientGroup(client_id=client_id, group_id=group_id) for client_id, moved in moves.items() for group_id in sorted(moved))


def remove(db: UnitOfWork, moves: dict[str, set[str]]) -> None:
    groups = set().union(*moves.values())
    db.execute(delete(ClientGroup).where(ClientGroup.client_id.in_(moves), ClientGroup.group_id.in_(groups)))


def outcomes(rows: Sequence[Json], clients: dict[str, Client], changed: set[str]) -> list[Outcome]:
    return [
        Outcome("refused", errors={"id": [NotFound().message]})
        if row["id"] not in clients
        else Outcome("changed" if row["id"] in changed else "unchanged", row["id"])
        for row in rows
    ]
