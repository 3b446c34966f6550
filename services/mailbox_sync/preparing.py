"""From claims to checks: in the unit that claims, each mailbox is looked up, its certificate chosen, and what a person asked for attached.

What cannot be read at all (no certificate, one that has expired) ends here with its error; what has to wait (a resting body) is put off.
A sync that a dead worker left running is taken over like one that is queued.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select, update

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.sentences import said
from services.mailbox_sync import breaking, claims, schedule
from services.mailbox_sync.checks import Check
from services.mailbox_sync.claims import Claim
from services.mailbox_sync.connecting import Mailbox as Address
from services.mailbox_sync.connecting import Unreadable
from services.mailbox_sync.endings import OPEN_STATES, fail
from services.mailbox_sync.facts import FIRM_VIAS, usable, why_not_read
from services.mailbox_sync.models import Certificate, Client, Mailbox, Sync

FIRM_HAS_NONE = said("El despacho no tiene ningún certificado con el que leer este buzón. Súbalo en su ficha.")
CLIENT_HAS_NONE = said("El cliente no tiene ningún certificado con el que leer este buzón. Súbalo en su ficha.")


def prepare(db: UnitOfWork, taken: Sequence[Claim]) -> list[Check]:
    """The checks to be made of these claims; `db` acts for one tenant after the other and then for none in particular."""
    by_tenant: defaultdict[str, list[Claim]] = defaultdict(list)
    for claim in taken:
        by_tenant[claim.tenant_id].append(claim)
    checks: list[Check] = []
    for tenant_id, own in by_tenant.items():
        db.act_for(Asking(tenant_id=tenant_id))
        checks += _of_tenant(db, {claim.mailbox_id: claim for claim in own})
    return checks


def _of_tenant(db: UnitOfWork, own: dict[str, Claim]) -> list[Check]:
    now = claims.database_now(db)
    rows = db.execute(select(Mailbox, Client).join(Client, Client.id == Mailbox.client_id).where(Mailbox.id.in_(own))).all()
    syncs, certificates = _asked_for(db, list(own)), _certificates(db, [mailbox for mailbox, _ in rows])
    ready = []
    for mailbox, client in rows:
        if mailbox.state == "paused" or why_not_read(client):
            claims.withdraw(db, [mailbox.id])  # A claim that met the switching off.
            continue
        check = _check(own[mailbox.id], mailbox, client, now)
        _attach(db, check, syncs.get(mailbox.id))
        if _choose_certificate(db, check, mailbox, certificates):
            ready.append(check)
    broken = breaking.broken_among(db, ready)
    ready = [check for check in ready if not _has_to_wait(db, check, breaking.rest_of(broken, check))]
    tried = update(Mailbox).where(Mailbox.id.in_([check.mailbox_id for check in ready])).values(last_attempt_at=now)
    db.execute(tried, execution_options=claims.NO_SYNC)
    return ready


def _certificates(db: UnitOfWork, mailboxes: Sequence[Mailbox]) -> list[Certificate]:
    """The firm's own, those of these clients, and those that a mailbox names."""
    owners = {"", *(mailbox.client_id for mailbox in mailboxes)}
    named = [mailbox.certificate_id for mailbox in mailboxes if mailbox.certificate_id]
    fitting = or_(Certificate.client_id.in_(owners), Certificate.id.in_(named))
    return list(db.scalars(select(Certificate).where(fitting, ~Certificate.is_removed)))


def _asked_for(db: UnitOfWork, mailbox_ids: list[str]) -> dict[str, Sync]:
    open_ones = select(Sync).where(Sync.mailbox_id.in_(mailbox_ids), Sync.state.in_(OPEN_STATES)).order_by(Sync.requested_at.desc())
    return {sync.mailbox_id: sync for sync in db.scalars(open_ones)}


def _check(claim: Claim, mailbox: Mailbox, client: Client, now: datetime) -> Check:
    return Check(
        mailbox_id=mailbox.id,
        tenant_id=claim.tenant_id,
        fence=claim.fence,
        failures=claim.failures,
        client_id=client.id,
        address=Address(mailbox.body, mailbox.via, client.tax_id, client.name),
        certificate_id="",
        began_at=now,
        covered_since=mailbox.covered_since,
        covered_until=mailbox.covered_until,
    )


def _attach(db: UnitOfWork, check: Check, sync: Sync | None) -> None:
    if sync is None:
        return
    sync.state, sync.started_at = "running", check.began_at
    check.sync_id, check.user_id, check.only = sync.id, sync.requested_by, sync.requested_only


def _choose_certificate(db: UnitOfWork, check: Check, mailbox: Mailbox, certificates: list[Certificate]) -> bool:
    """The one that the mailbox names, else the latest valid one of the client or of the firm. Without one the check ends here."""
    whose = "" if mailbox.via in FIRM_VIAS else check.client_id
    wanted = mailbox.certificate_id
    kept = [one for one in certificates if (one.id == wanted if wanted else one.client_id == whose)]
    valid = usable(kept, check.began_at)
    if valid:
        check.certificate_id = valid[0].id
        return True
    fail(db, check, check.began_at, no_certificate(FIRM_HAS_NONE if whose == "" else CLIENT_HAS_NONE, kept))
    return False


def no_certificate(has_none: str, kept: Sequence[Certificate]) -> Unreadable:
    if not kept:
        return Unreadable("certificate_missing", has_none)
    ended = max(one.not_after for one in kept)
    return Unreadable(
        "certificate_expired",
        said("El certificado no está vigente (era válido hasta el {day}). Suba uno vigente.", day=f"{ended:%d/%m/%Y}"),
    )


def _has_to_wait(db: UnitOfWork, check: Check, until: datetime | None) -> bool:
    if until is not None:
        claims.let_go(db, check.mailbox_id, check.fence, due_at=schedule.after_pause(until, random.random()))
    return until is not None
