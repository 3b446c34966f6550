"""What is kept of other services' facts: clients with their groups, and certificates.

A fact may arrive late or twice: of a client the newer version stands; a removed certificate stays removed even when its import is heard of
later. What a fact changes for the mailboxes happens in the same commit: they are withdrawn or become due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, delete, or_, select

from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.events import CertificateImported, ClientFacts
from services.contracts.sentences import said
from services.mailbox_sync import claims
from services.mailbox_sync.endings import end_syncs
from services.mailbox_sync.models import Certificate, Client, ClientGroup, KnownNotice, Mailbox

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
FIRM_VIAS = ("firm_certificate", "power")


def why_not_read(client: Client) -> dict[str, str] | None:
    """Why no mailbox of the client is read, not even by hand; None when they are. {code, message}."""
    if client.is_archived:
        return {
            "code": "client_archived",
            "message": said("El cliente está archivado: sus buzones no se leen. Restáurelo para consultarlos."),
        }
    if not client.receives_notifications:
        message = said(
            "El cliente no está habilitado para recibir notificaciones electrónicas: sus buzones no se leen. Habilítelo en su ficha."
        )
        return {"code": "notifications_off", "message": message}
    return None


def keep_clients(db: UnitOfWork, told: Sequence[ClientFacts]) -> None:
    known = locked_clients(db, [one.client_id for one in told])
    newer = [one for one in told if one.client_id not in known or known[one.client_id].version < one.version]
    for one in newer:
        _keep_client(db, known.get(one.client_id), one)
    ids = [one.client_id for one in newer]
    db.execute(delete(ClientGroup).where(ClientGroup.client_id.in_(ids)))
    db.add_all(ClientGroup(client_id=one.client_id, group_id=group_id) for one in newer for group_id in dict.fromkeys(one.group_ids))
    db.flush()


def locked_clients(db: UnitOfWork, ids: Iterable[str], *, only_held: bool = False) -> dict[str, Client]:
    """As they are now, nobody else's until the unit ends, in one order; `only_held`: others may hold them still too.

    Who judges by a client whether a mailbox is read holds it still: what switches the client on meanwhile would not see that mailbox.
    """
    found = select(Client).where(Client.id.in_(list(ids))).order_by(Client.id).with_for_update(read=only_held)
    return {client.id: client for client in db.scalars(found.execution_options(populate_existing=True))}


def _keep_client(db: UnitOfWork, client: Client | None, told: ClientFacts) -> None:
    was_read = client is None or why_not_read(client) is None
    is_another = client is not None and client.tax_id != told.tax_id
    is_restored = client is not None and client.is_archived and not told.is_archived
    client = client or Client(id=told.client_id)
    client.tax_id, client.name, client.version = told.tax_id, told.name, told.version
    client.receives_notifications, client.is_archived = told.receives_notifications, told.is_archived
    db.add(client)
    reason = why_not_read(client)
    if is_another:
        _start_anew(db, told.client_id)
    if is_another or is_restored:
        _tell_all_again(db, told.client_id)
    if is_another or was_read != (reason is None):
        switch(db, _mailboxes_of(db, told.client_id), reason)


def _start_anew(db: UnitOfWork, client_id: str) -> None:
    """What was read was another tax id's: nothing of this one is covered yet, and a check under way writes nothing more."""
    mailboxes = db.scalars(select(Mailbox).where(Mailbox.client_id == client_id)).all()
    for mailbox in mailboxes:
        mailbox.last_complete_check_at = mailbox.covered_since = mailbox.covered_until = None
    claims.withdraw(db, [mailbox.id for mailbox in mailboxes])


def _tell_all_again(db: UnitOfWork, client_id: str) -> None:
    """What its mailboxes hold may have gone to another client meanwhile, who had the tax id: the next check tells whose it is now."""
    whose = select(Mailbox.id).where(Mailbox.client_id == client_id)
    db.execute(delete(KnownNotice).where(KnownNotice.mailbox_id.in_(whose)))


def switch(db: UnitOfWork, mailbox_ids: list[str], reason: dict[str, str] | None) -> None:
    """With a reason, nothing of these mailboxes is read any more, and what was asked for fails with it; without, they are due now."""
    if reason is None:
        claims.bring_forward(db, mailbox_ids)
    else:
        claims.withdraw(db, mailbox_ids)
        end_syncs(db, mailbox_ids, reason)


def _mailboxes_of(db: UnitOfWork, client_id: str) -> list[str]:
    return list(db.scalars(select(Mailbox.id).where(Mailbox.client_id == client_id, Mailbox.state != "paused")))


def keep_certificate(db: UnitOfWork, told: CertificateImported) -> None:
    """Mailboxes that could not be read for want of a certificate are tried at once."""
    row = {"id": told.certificate_id, "client_id": told.client_id, "tenant_id": db.asking.tenant_id, "is_removed": False}
    if insert_new(db, Certificate, [row | {"not_before": told.not_before, "not_after": told.not_after}], Certificate.id):
        claims.bring_forward(db, _in_trouble(db, told.client_id))
        claims.take_back_mailboxes(db, _entered_with(told.client_id))


def _entered_with(client_id: str) -> Select[str]:
    """The mailboxes that are read with a certificate of this client's, or of the firm's (empty)."""
    whose = Mailbox.via.in_(FIRM_VIAS) if not client_id else (Mailbox.client_id == client_id) & (Mailbox.via == "own_certificate")
    readable = Client.receives_notifications & ~Client.is_archived
    return select(Mailbox.id).join(Client, Client.id == Mailbox.client_id).where(whose, readable, Mailbox.state != "paused")


def _in_trouble(db: UnitOfWork, client_id: str) -> Iterable[str]:
    """One that is just being claimed is waited for: it would find no certificate, and its error would be written where nobody looks."""
    found = _entered_with(client_id)
    claims.wait_for(db, found)
    return list(db.scalars(found.where(or_(Mailbox.error.is_not(None), Mailbox.state == "unreadable"))))


def forget_certificate(db: UnitOfWork, certificate_id: str, client_id: str) -> None:
    """It is destroyed: nothing is read with it, not to the end either, and mailboxes that named it go back to the default."""
    read_with_it = _entered_with(client_id)
    claims.wait_for(db, read_with_it)
    row = {"id": certificate_id, "client_id": client_id, "tenant_id": db.asking.tenant_id, "is_removed": True}
    row |= {"not_before": NEVER, "not_after": NEVER}
    if not insert_new(db, Certificate, [row], Certificate.id):
        db.get_one(Certificate, certificate_id).is_removed = True
    for mailbox in db.scalars(select(Mailbox).where(Mailbox.certificate_id == certificate_id)):
        mailbox.certificate_id = None
    claims.take_back_mailboxes(db, read_with_it)


def groups_of(db: UnitOfWork, client_id: str) -> frozenset[str]:
    return frozenset(db.scalars(select(ClientGroup.group_id).where(ClientGroup.client_id == client_id)))


def usable(certificates: Iterable[Certificate], now: datetime) -> list[Certificate]:
    """Those that can be used now, the one that lasts longest first."""
    valid = [one for one in certificates if one.not_before <= now < one.not_after]
    return sorted(valid, key=lambda one: one.not_after, reverse=True)
