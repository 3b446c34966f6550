"""Due mailboxes in a database in which no worker runs, and what workers would do with them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.contracts.message import utc_now
from services.mailbox_sync import claims, endings
from services.mailbox_sync.checks import held
from services.mailbox_sync.completing import complete
from services.mailbox_sync.connecting import Notice, Page, Party
from services.mailbox_sync.models import Certificate, Client, Due, Mailbox
from services.mailbox_sync.preparing import prepare

ISSUER = Party("E00127504", "Agencia Tributaria")
EVERY_S = 4 * 3600


def plant(store, tenant_id: str, count: int, *, behind_s: int = 0) -> list[str]:
    """Due mailboxes of a tenant, one client and certificate each; the first is due longest, `behind_s` sooner than other tenants'."""
    ids = [f"{tenant_id}-{number}" for number in range(count)]
    now = utc_now()
    valid = {"not_before": now - timedelta(days=1), "not_after": now + timedelta(days=9), "is_removed": False}
    with store.begin(Asking(tenant_id=tenant_id)) as db:
        db.add_all(Client(id=id, tax_id="", name="", receives_notifications=True, is_archived=False, version=1) for id in ids)
        db.add_all(Certificate(id=id, client_id=id, **valid) for id in ids)
        db.add_all(Mailbox(id=id, client_id=id, body="dehu", via="own_certificate") for id in ids)
        claims.start_schedule(db, ids[0], tenant_id, "dehu")
        db.add_all(Due(mailbox_id=id, tenant_id=tenant_id, body="dehu") for id in ids[1:])
        db.flush()
        first = claims.database_now(db) - timedelta(seconds=behind_s + 10)
        for number, row in enumerate(db.scalars(select(Due).where(Due.tenant_id == tenant_id).order_by(Due.mailbox_id)).all()):
            row.due_at = first + timedelta(milliseconds=number)
    return sorted(ids)


def claim(store, at_most: int, worker: str = "one") -> list[claims.Claim]:
    with store.begin() as db:
        return claims.claim(db, worker, at_most)


def take(store, worker: str = "one", at_most: int = 50):
    """The checks that a worker would make."""
    with store.begin() as db:
        return prepare(db, claims.claim(db, worker, at_most))


def pass_time(store, mailbox_id: str) -> None:
    """As if the lease had run out."""
    with store.begin() as db:
        past = claims.database_now(db) - timedelta(seconds=1)
        db.execute(update(Due).where(Due.mailbox_id == mailbox_id).values(due_at=past, lease_until=past))


def page(*references: str) -> Page:
    notices = tuple(
        Notice("2", one, "notification", "Requerimiento", "", ISSUER, ISSUER, "B12345674", "EMPRESA SL", utc_now()) for one in references
    )
    return Page(1, 1, len(notices), notices, "0" * 64)


def due(store, mailbox_id: str) -> Due:
    with store.begin() as db:
        return db.get_one(Due, mailbox_id)


def row(store, table, id: str):
    with store.begin(Asking(tenant_id=id.rpartition("-")[0])) as db:
        return db.get(table, id)


def finish(store, check) -> None:
    with store.begin(check.asking) as db:
        complete(db, check, page(), EVERY_S)


def fail(store, check, fault) -> None:
    check.asked_s = 0.0
    with held(store, check) as (db, now):
        endings.fail(db, check, now, fault)
