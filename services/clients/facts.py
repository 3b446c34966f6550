"""What other services report of a client, kept in one row so that the list filters and sorts in one place.

Facts may come twice or late. Counts and checks carry an instant and the newest wins; a certificate has a row of its own, never forgotten,
and the client's card is the one among them that is valid the longest.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.clients.models import Certificate, KnownFacts, Mailbox
from services.contracts.events import CertificateImported, CertificateRemoved, ClientsCounted, MailboxChecked, MailboxesChanged

SOCIAL_SECURITY = "tgss"
BY_POWER = "power"
TEXTS = ("tax_id", "subject", "issuer", "serial")
_FACTS = KnownFacts.__table__
CHECKED = (
    update(_FACTS)
    .where(_FACTS.c.tenant_id == bindparam("tenant"), _FACTS.c.client_id == bindparam("client"))
    .where(or_(_FACTS.c.checked_at.is_(None), _FACTS.c.checked_at < bindparam("at")))
    .values(last_complete_check_at=bindparam("client_at"), checked_at=bindparam("at"))
)


def keep_counts(db: UnitOfWork, fact: ClientsCounted) -> None:
    known = _facts_of(db, [count.client_id for count in fact.counts])
    for count in fact.counts:
        row = known.get(count.client_id)
        if row is not None and _is_newer(count.counted_at, row.counted_at):
            row.pending, row.nearest_read_by, row.counted_at = count.pending, count.nearest_read_by, count.counted_at


def keep_check(db: UnitOfWork, fact: MailboxChecked) -> None:
    """The commonest fact of all, so one statement that is made once."""
    checked = {"at": fact.complete_at, "client_at": fact.client_complete_at}
    db.connection().execute(CHECKED, {"tenant": db.asking.tenant_id, "client": fact.client_id, **checked})


def keep_mailboxes(db: UnitOfWork, fact: MailboxesChanged) -> None:
    """What matters here: a mailbox of the Social Security needs a CCC or a NAF, a power lets a certificate be somebody else's, and a client
    with a new mailbox, or with none, has no complete check. The oldest of those that stay comes with the next of their checks.
    """
    row = _facts_of(db, [fact.client_id]).get(fact.client_id)
    said_at = datetime.fromisoformat(db.info["envelope"].at)
    if row is None or not _keep_mailbox(db, fact, said_at):
        return
    kept = db.scalars(select(Mailbox).where(Mailbox.client_id == fact.client_id, Mailbox.is_removed.is_(False))).all()
    row.has_social_security_mailbox = any(mailbox.body == SOCIAL_SECURITY for mailbox in kept)
    row.has_power = any(mailbox.via == BY_POWER for mailbox in kept)
    if (fact.change == "added" or not kept) and _is_newer(said_at, row.checked_at):
        row.last_complete_check_at, row.checked_at = None, said_at


def _keep_mailbox(db: UnitOfWork, fact: MailboxesChanged, said_at: datetime) -> bool:
    """False when something newer of this mailbox is known."""
    said = {"via": fact.via, "is_removed": fact.change == "removed", "said_at": said_at}
    new = {"client_id": fact.client_id, "body": fact.body, "tenant_id": db.asking.tenant_id}
    if insert_new(db, Mailbox, [new | said], Mailbox.body):
        return True
    older = update(Mailbox).where(Mailbox.client_id == fact.client_id, Mailbox.body == fact.body, Mailbox.said_at < said_at)
    changed: Any = db.execute(older.values(**said).execution_options(synchronize_session=False))
    return bool(changed.rowcount == 1)


def keep_certificate(db: UnitOfWork, fact: CertificateImported | CertificateRemoved) -> None:
    """The firm's own certificates belong to no client and are none of this service's business."""
    if not fact.client_id:
        return
    new = {"id": fact.certificate_id, "client_id": fact.client_id, "tenant_id": db.asking.tenant_id}
    if isinstance(fact, CertificateImported):
        said = {name: getattr(fact, name) for name in (*TEXTS, "not_before", "not_after")}
        insert_new(db, Certificate, [new | said | {"is_removed": False}], Certificate.id)
    elif not insert_new(db, Certificate, [new | dict.fromkeys(TEXTS, "") | {"is_removed": True}], Certificate.id):
        db.scalars(select(Certificate).where(Certificate.id == fact.certificate_id)).one().is_removed = True
    _choose_card(db, fact.client_id)


def _choose_card(db: UnitOfWork, client_id: str) -> None:
    row = _facts_of(db, [client_id]).get(client_id)
    if row is None:
        return
    kept = select(Certificate).where(Certificate.client_id == client_id, Certificate.is_removed.is_(False))
    best = db.scalars(kept.order_by(Certificate.not_after.desc(), Certificate.id.desc()).limit(1)).one_or_none()
    row.certificate_id = best.id if best else ""
    row.certificate_tax_id = best.tax_id if best else ""
    row.certificate_not_after = best.not_after if best else None


def _facts_of(db: UnitOfWork, client_ids: list[str]) -> dict[str, KnownFacts]:
    """Locked in one order, so that two handlers neither overwrite nor wait for each other in a circle."""
    found = select(KnownFacts).where(KnownFacts.client_id.in_(client_ids)).order_by(KnownFacts.client_id).with_for_update()
    return {row.client_id: row for row in db.scalars(found)}


def _is_newer(said_at: datetime, known_at: datetime | None) -> bool:
    return known_at is None or said_at > known_at
