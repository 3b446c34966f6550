"""The mailboxes that a firm wants for each new client: kept from its settings, added as its clients are heard of.

They are added once, when the client is new: whoever removes one, or adds another, is not contradicted. One that does not fit its body, or
whose body is not read yet, is left out. Trap: settings and clients come from two services, so a change made a moment before a client may be
heard of after it; then that client's mailboxes are added by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update

from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import on
from services.chassis.insert import insert_new
from services.contracts.events import TenantSettingsChanged
from services.mailbox_sync.mailboxes import add_many, why_not_added
from services.mailbox_sync.models import Client, Firm


def add_defaults(db: UnitOfWork, client_ids: Sequence[str]) -> None:
    """To clients that are new."""
    wanted = [(each["body"], each["via"]) for each in db.scalar(select(Firm.default_mailboxes)) or ()]
    clients = db.scalars(select(Client).where(Client.id.in_(client_ids)).order_by(Client.id)).all() if wanted else []
    add_many(db, [(client, body, via) for client in clients for body, via in wanted if not why_not_added(client, body, via)])


class KeepingSettings:
    """What mailbox_sync hears of the firm's settings."""

    @on(TenantSettingsChanged)
    def keep_settings(self, db: UnitOfWork, fact: TenantSettingsChanged) -> None:
        mailboxes = [{"body": each.body, "via": each.via} for each in fact.default_mailboxes]
        told = {"default_mailboxes": mailboxes, "version": fact.version}
        if not insert_new(db, Firm, [{"tenant_id": db.asking.tenant_id, **told}], Firm.tenant_id):
            newer = update(Firm).where(Firm.version < fact.version).values(told)
            db.execute(newer, execution_options={"synchronize_session": False})
