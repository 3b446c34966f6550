"""Whose an email is, across all tenants, without keeping a single address in clear.

Invariant: one email is one person on the whole host; case and surrounding white space do not make another.
"""

from __future__ import annotations

import unicodedata

from sqlalchemy import delete

from services.access.models import Entry, User
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict
from services.contracts.sentences import said


def folded(email: str) -> str:
    return unicodedata.normalize("NFKC", email).strip().casefold()


def hash_of(db: UnitOfWork, email: str) -> str:
    return db.store.seals.keyed_hash("sign-in directory", folded(email))


def enter(db: UnitOfWork, user: User) -> None:
    """Give the user's email to the user, and to nobody else from then on; raises Conflict when it is somebody else's."""
    db.execute(delete(Entry).where(Entry.user_id == user.id))
    entry = {"email_hash": hash_of(db, user.email), "tenant_id": user.tenant_id, "user_id": user.id}
    if not insert_new(db, Entry, [entry], Entry.user_id):
        reason = said("Otra persona ya entra con este correo. Use otro.")
        raise Conflict(reason, {"email": [reason]})
