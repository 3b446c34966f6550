"""What `mailbox_sync` holds of a client, destroyed.

The schedule's rows go first: a check under way loses its lease and writes nothing more.

What a removed mailbox covered stays, if nobody ever asked for it to be read: days and digests that nothing ties to a person any more.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from services.chassis.database import UnitOfWork
from services.chassis.holdings import destroy, destroy_of_clients
from services.mailbox_sync.models import Certificate, Client, ClientGroup, Coverage, Due, KnownNotice, Mailbox, Sync

BY_MAILBOX = (Due, KnownNotice, Coverage)
BY_CLIENT = (Sync.client_id, Mailbox.client_id, Certificate.client_id, ClientGroup.client_id, Client.id)


def forget(db: UnitOfWork, client_ids: Sequence[str]) -> None:
    present = db.scalars(select(Mailbox.id).where(Mailbox.client_id.in_(client_ids)))
    removed = db.scalars(select(Sync.mailbox_id).where(Sync.client_id.in_(client_ids)))
    mailbox_ids = sorted({*present, *removed})
    for kind in BY_MAILBOX:
        destroy(db, kind.__table__, kind.__table__.c.mailbox_id.in_(mailbox_ids))
    destroy_of_clients(db, BY_CLIENT, client_ids)
