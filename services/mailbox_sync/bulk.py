"""Mailboxes of many clients added or read now, as a job. Who may is judged for each client and body, at each part.

Trap: a client registered a moment ago may still be on its way here, so `clients` is asked for those that are not known, before the unit of
work. A mailbox that is there already stays as it is; so the same twice is once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.jobs import NewJob, Outcome, digest_of, job
from services.contracts.errors import Conflict, Invalid, NotFound, Refusal
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.bulk import OF_MAILBOXES, BulkAction
from services.contracts.sentences import said
from services.mailbox_sync import mailboxes
from services.mailbox_sync.bodies import name_of
from services.mailbox_sync.known import learn_clients
from services.mailbox_sync.listing import visible_to
from services.mailbox_sync.models import Client, Mailbox

if TYPE_CHECKING:
    from services.mailbox_sync.service import MailboxSyncService

KINDS: Final = {"sync": ("sync_many", "mailboxes.sync"), "add_mailboxes": ("add_mailboxes", "clients.write")}
AT_ONCE: Final = 200
DEFAULT_VIA: Final = "own_certificate"
NO_MAILBOX: Final = said("El cliente no tiene buzones. Añádale los de los organismos que se deban leer.")
NO_GRANT: Final = said("No tiene permiso para consultar buzones de {body}. Pídalo, para usted o su grupo, a quien administra los permisos.")
Write = Callable[[UnitOfWork], list[Outcome]]


class Bulk:
    """The part of the service that does the same to the mailboxes of many clients."""

    @rpc(needs=SIGNED_IN)
    def bulk(self: MailboxSyncService, db: UnitOfWork, asking: Asking, action: Json) -> Json:
        """A `BulkAction` with ids; needs what the same needs for one. → the job."""
        wanted = checked(BulkAction, action)
        if wanted["action"] not in OF_MAILBOXES or "ids" not in wanted:
            raise Invalid.field("action", said("Aquí solo se añaden o consultan buzones, de clientes dichos uno a uno."))
        kind, needed = KINDS[wanted["action"]]
        asking.require(needed)
        rows = rows_of(wanted)
        digest = digest_of([[row["id"], row["name"]] for row in rows])
        arguments = {"via": wanted.get("via", DEFAULT_VIA)}
        return self.start_job(db, asking, NewJob(kind=kind, rows=rows, digest=digest, arguments=arguments, is_dry_run=wanted["dry_run"]))

    @job(needs="clients.write", at_once=AT_ONCE, unit=False)
    def add_mailboxes(self: MailboxSyncService, asking: Asking, job: Any, rows: Sequence[Json]) -> Write:
        learn_clients(self, asking, [row["id"] for row in rows])
        return lambda db: add_all(db, asking, rows, job.arguments["via"])

    @job(needs="mailboxes.sync", at_once=AT_ONCE, unit=False)
    def sync_many(self: MailboxSyncService, asking: Asking, job: Any, rows: Sequence[Json]) -> Write:
        learn_clients(self, asking, [row["id"] for row in rows])
        return lambda db: sync_all(db, asking, rows)


def rows_of(wanted: Json) -> list[Json]:
    """A row a client and body; where no body is said, a row a client."""
    ids, bodies = dict.fromkeys(wanted["ids"]), dict.fromkeys(wanted.get("bodies", [""]))
    pairs = [(client_id, body) for client_id in ids for body in bodies]
    return [{"line": place, "id": client_id, "name": body} for place, (client_id, body) in enumerate(pairs, 1)]


def seen(db: UnitOfWork, asking: Asking, rows: Sequence[Json]) -> dict[str, Client]:
    found = select(Client).where(Client.id.in_({row["id"] for row in rows}), visible_to(asking.scope))
    return {client.id: client for client in db.scalars(found)}


def of_clients(db: UnitOfWork, client_ids: Sequence[str]) -> dict[str, dict[str, Mailbox]]:
    """Client → body → mailbox."""
    found: dict[str, dict[str, Mailbox]] = {client_id: {} for client_id in client_ids}
    for mailbox in db.scalars(select(Mailbox).where(Mailbox.client_id.in_(client_ids)).order_by(Mailbox.id)):
        found[mailbox.client_id][mailbox.body] = mailbox
    return found


def add_all(db: UnitOfWork, asking: Asking, rows: Sequence[Json], via: str) -> list[Outcome]:
    clients = seen(db, asking, rows)
    present = of_clients(db, list(clients))
    pairs = [(clients[row["id"]], row["name"]) for row in rows if row["id"] in clients]
    wrong = {(client.id, body): mailboxes.why_not_added(client, body, via) for client, body in pairs if body not in present[client.id]}
    added = mailboxes.add_many(db, [(client, body, via) for client, body in pairs if wrong.get((client.id, body)) == {}])
    return [added_or_not(clients, row, wrong.get((row["id"], row["name"])), added) for row in rows]


def added_or_not(clients: dict[str, Client], row: Json, wrong: dict[str, list[str]] | None, added: set[tuple[str, str]]) -> Outcome:
    if row["id"] not in clients:
        return unseen()
    if wrong:
        return Outcome("refused", row["id"], wrong)
    return Outcome("created" if (row["id"], row["name"]) in added else "unchanged", row["id"])


def sync_all(db: UnitOfWork, asking: Asking, rows: Sequence[Json]) -> list[Outcome]:
    clients = seen(db, asking, rows)
    present = of_clients(db, list(clients))
    return [sync_of(db, asking, present[row["id"]]) if row["id"] in clients else unseen() for row in rows]


def sync_of(db: UnitOfWork, asking: Asking, present: dict[str, Mailbox]) -> Outcome:
    """Of one client: created when a reading of one of its mailboxes was asked for; `errors` says why others are not read, by body."""
    errors = {} if present else {"id": [NO_MAILBOX]}
    asked_for, client_id = 0, ""
    for body, mailbox in present.items():
        client_id = mailbox.client_id
        try:
            require_grant(asking, body)
            mailboxes.request_sync(db, asking, mailbox)
            asked_for += 1
        except Refusal as refusal:
            errors[body] = [refusal.message]
    return Outcome("created" if asked_for else "refused", client_id, errors)


def require_grant(asking: Asking, body: str) -> None:
    """The grants are those of just now: they were asked for before this part."""
    if (body, "sync") not in asking.scope.grants:
        raise Conflict(NO_GRANT.format(body=name_of(body)))


def unseen() -> Outcome:
    return Outcome("refused", errors={"id": [NotFound().message]})
