"""A user's password as stored, and those that they may not choose again.

Invariant: whoever was signed in with the old one, on whatever machine, no longer is; no code sets another one.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Unit

from services.chassis.database import UnitOfWork
from services.contracts.message import new_id, utc_now
from services.sign_in import invitations, sessions
from services.sign_in.models import Credential, FormerPassword


def set_password(db: UnitOfWork, user_id: str, password_hash: str, remembered: int = 0) -> None:
    """`remembered`: how many may not come back, this one among them."""
    old = hash_of(db, user_id)
    if old is not None and remembered > 1:
        db.add(FormerPassword(id=new_id(), user_id=user_id, password_hash=old))
    forget_older(db, user_id, max(remembered - 1, 0))
    db.merge(Credential(user_id=user_id, tenant_id=db.asking.tenant_id, password_hash=password_hash, changed_at=utc_now()))
    sessions.end_all(db, user_id)
    invitations.withdraw(db, user_id)


def hash_of(db: Unit, user_id: str) -> str | None:
    return db.scalar(select(Credential.password_hash).where(Credential.user_id == user_id))


def changed_at(db: Unit, user_id: str) -> datetime | None:
    return db.scalar(select(Credential.changed_at).where(Credential.user_id == user_id))


def former(db: Unit, user_id: str, at_most: int) -> list[str]:
    """Hashes of the last passwords, the present one first."""
    if not at_most:
        return []
    present = hash_of(db, user_id)
    older = select(FormerPassword.password_hash).where(FormerPassword.user_id == user_id).order_by(FormerPassword.id.desc())
    return ([present] if present else []) + list(db.scalars(older.limit(at_most - 1)))


def forget_older(db: Unit, user_id: str, kept: int) -> None:
    db.flush()
    ids = db.scalars(select(FormerPassword.id).where(FormerPassword.user_id == user_id).order_by(FormerPassword.id.desc())).all()
    db.execute(delete(FormerPassword).where(FormerPassword.id.in_(ids[kept:])))
