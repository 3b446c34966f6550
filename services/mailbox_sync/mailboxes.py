"""A mailbox's life in people's hands: added, changed, paused, removed, asked for now.

What is added or resumed is due at once. What is paused or removed is withdrawn in the same commit, so that a check under way writes nothing
more. A mailbox that is removed takes its known notices with it; what it covered and what was asked of it stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict, Invalid, StaleVersion
from services.contracts.events import MailboxesChanged, SyncRequested
from services.contracts.message import new_id
from services.contracts.rpc import Json
from services.contracts.sentences import said
from services.mailbox_sync import claims
from services.mailbox_sync.bodies import CATALOGUE, name_of
from services.mailbox_sync.connectors import modules
from services.mailbox_sync.endings import OPEN_STATES, end_syncs
from services.mailbox_sync.facts import FIRM_VIAS, locked_clients, why_not_read
from services.mailbox_sync.models import Certificate, Client, Due, KnownNotice, Mailbox, Sync

PAUSED = {"code": "mailbox_paused", "message": said("El buzón está en pausa. Reanúdelo para consultarlo.")}
ARCHIVED = said("El cliente está archivado. Restáurelo para añadirle buzones.")
REMOVED = {"code": "mailbox_removed", "message": said("El buzón se ha quitado.")}


def add(db: UnitOfWork, client: Client, new: Json) -> Mailbox:
    """`new` as loaded by `schemas.mailboxes.NewMailbox`. Raises Invalid, or Conflict for a second one at the same body."""
    locked_clients(db, [client.id], only_held=True)
    if client.is_archived:
        raise Conflict(ARCHIVED)
    mailbox = Mailbox(id=new_id(), client_id=client.id, body=new["body"], via=new["via"], certificate_id=new["certificate_id"])
    require_valid(db, mailbox)
    if db.scalar(select(Mailbox.id).where(Mailbox.client_id == client.id, Mailbox.body == mailbox.body)):
        raise Conflict(said("El cliente ya tiene un buzón en {body}.", body=name_of(mailbox.body)))
    db.add(mailbox)
    claims.start_schedule(db, mailbox.id, db.asking.tenant_id, mailbox.body)
    if why_not_read(client):
        claims.withdraw(db, [mailbox.id])
    announce(db, mailbox, "added")
    return mailbox


def add_many(db: UnitOfWork, wanted: Sequence[tuple[Client, str, str]]) -> set[tuple[str, str]]:
    """Client, body and way in of each, which fit (`why_not_added`); → client and body of those that were not there yet."""
    rows: list[Json] = [
        {"id": new_id(), "tenant_id": db.asking.tenant_id, "client_id": client.id, "body": body, "via": via, "certificate_id": None}
        for client, body, via in wanted
    ]
    locked_clients(db, {client.id for client, _, _ in wanted}, only_held=True)
    new = insert_new(db, Mailbox, rows, Mailbox.id)
    added = [row for row in rows if row["id"] in new]
    are_read = {client.id for client, _, _ in wanted if not why_not_read(client)}
    read_ids = {row["id"] for row in added if row["client_id"] in are_read}
    claims.start_schedules(db, db.asking.tenant_id, {row["id"]: row["body"] for row in added}, read_ids)
    for row in added:
        told = {"client_id": row["client_id"], "body": row["body"], "via": row["via"]}
        db.publish(MailboxesChanged(mailbox_ids=(row["id"],), change="added", **told))
    return {(row["client_id"], row["body"]) for row in added}


def why_not_added(client: Client, body: str, via: str) -> dict[str, list[str]]:
    """What is wrong with adding such a mailbox, by field; empty when nothing is."""
    if client.is_archived:
        return {"id": [ARCHIVED]}
    return why_not_valid(body, via)


def why_not_valid(body: str, via: str) -> dict[str, list[str]]:
    if body not in modules():
        return {"body": [said("Los buzones de {body} aún no se leen.", body=name_of(body))]}
    if via not in CATALOGUE[body].vias:
        return {"via": [said("En {body} solo cabe: {known}.", body=name_of(body), known=", ".join(CATALOGUE[body].vias))]}
    return {}


def require_valid(db: UnitOfWork, mailbox: Mailbox) -> None:
    """Raises Invalid naming every field that does not fit the others."""
    errors = why_not_valid(mailbox.body, mailbox.via)
    if mailbox.certificate_id and not _fits(db, mailbox):
        errors["certificate_id"] = [said("No es un certificado de quien entra en este buzón. Elija uno de los suyos, o ninguno.")]
    if errors:
        raise Invalid(said("Hay datos que no son válidos."), errors)


def _fits(db: UnitOfWork, mailbox: Mailbox) -> bool:
    certificate = db.scalars(select(Certificate).where(Certificate.id == mailbox.certificate_id, ~Certificate.is_removed)).one_or_none()
    return certificate is not None and certificate.client_id == ("" if mailbox.via in FIRM_VIAS else mailbox.client_id)


def change(db: UnitOfWork, mailbox: Mailbox, changes: Json) -> None:
    """`changes` as loaded by `schemas.mailboxes.MailboxChanges`. Another way in, or being resumed, makes it due at once."""
    if changes["version"] != mailbox.version:
        raise StaleVersion()
    was_paused, before = mailbox.state == "paused", (mailbox.via, mailbox.certificate_id)
    for name in ("via", "certificate_id"):
        setattr(mailbox, name, changes.get(name, getattr(mailbox, name)))
    require_valid(db, mailbox)
    is_paused = changes.get("state", "paused" if was_paused else "active") == "paused"
    mailbox.version += 1
    if is_paused:
        mailbox.state = "paused"
        claims.withdraw(db, [mailbox.id])
        end_syncs(db, [mailbox.id], PAUSED)
    else:
        mailbox.state = "active" if was_paused else mailbox.state
        is_other = was_paused or (mailbox.via, mailbox.certificate_id) != before
        client = locked_clients(db, [mailbox.client_id], only_held=True)[mailbox.client_id]
        if is_other and why_not_read(client) is None:
            claims.withdraw(db, [mailbox.id])  # A check by the way in before this one writes nothing more.
            claims.bring_forward(db, [mailbox.id])
    announce(db, mailbox, "paused" if is_paused else "changed")


def remove(db: UnitOfWork, mailbox: Mailbox) -> None:
    end_syncs(db, [mailbox.id], REMOVED)
    db.execute(delete(Due).where(Due.mailbox_id == mailbox.id))
    db.execute(delete(KnownNotice).where(KnownNotice.mailbox_id == mailbox.id))
    announce(db, mailbox, "removed")
    db.delete(mailbox)


def request_sync(db: UnitOfWork, asking: Asking, mailbox: Mailbox) -> Sync:
    """The reading that is queued or under way already, else a new one, before everything else. Raises Conflict saying why it cannot be."""
    reason = PAUSED if mailbox.state == "paused" else why_not_read(db.get_one(Client, mailbox.client_id))
    if reason:
        raise Conflict(reason["message"])
    claims.locked(db, mailbox.id)
    under_way = db.scalars(select(Sync).where(Sync.mailbox_id == mailbox.id, Sync.state.in_(OPEN_STATES)).limit(1)).one_or_none()
    if under_way is not None:
        return under_way
    whose = {"mailbox_id": mailbox.id, "client_id": mailbox.client_id}
    sync = Sync(id=new_id(), **whose, requested_by=asking.user_id, requested_only=asking.only, state="queued")
    db.add(sync)
    db.flush()
    claims.bring_forward(db, [mailbox.id], urgent=True)
    db.publish(SyncRequested(sync_id=sync.id, **whose, body=mailbox.body))
    return sync


def announce(db: UnitOfWork, mailbox: Mailbox, change: str) -> None:
    db.flush()
    whose = {"client_id": mailbox.client_id, "body": mailbox.body, "via": mailbox.via}
    db.publish(MailboxesChanged(mailbox_ids=(mailbox.id,), change=change, **whose))
