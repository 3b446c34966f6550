"""What the keyring holds of a client, destroyed: the private keys first, those of removed certificates and of all before them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from services.chassis.database import UnitOfWork
from services.chassis.holdings import destroy, destroy_of_clients
from services.keyring.models import Certificate, Client, Key

BY_CLIENT = (Certificate.client_id, Client.id)


def forget(db: UnitOfWork, client_ids: Sequence[str]) -> None:
    certificate_ids = select(Certificate.__table__.c.id).where(Certificate.__table__.c.client_id.in_(client_ids))
    destroy(db, Key.__table__, Key.__table__.c.certificate_id.in_(certificate_ids))
    destroy_of_clients(db, BY_CLIENT, client_ids)
