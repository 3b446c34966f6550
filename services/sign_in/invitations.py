"""One-time codes with which a person sets a password: the first one, or another when it is forgotten.

The first person of an installation is invited before they exist: their code belongs to the tenant and the user `NOT_YET`.

Invariant: a code sets one password. The newest code of a user is the only one; using it ends the user's sessions.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session as Unit

from services.chassis.database import UnitOfWork
from services.contracts.errors import Invalid
from services.contracts.message import utc_now
from services.sign_in import sessions
from services.sign_in.carried import hash_of, new_code
from services.sign_in.models import Credential, Invitation

LASTS = timedelta(days=7)
NOT_YET = ""


def make(db: Unit, tenant_id: str, user_id: str) -> str:
    withdraw(db, user_id)
    code = new_code()
    db.add(Invitation(code_hash=hash_of(code), tenant_id=tenant_id, user_id=user_id, expires_at=utc_now() + LASTS))
    return code


def find(db: Unit, code: str, *, founding: bool = False) -> Invitation:
    """Raises Invalid naming `code`."""
    invitation = db.get(Invitation, hash_of(code), with_for_update=True)
    if invitation is None or invitation.expires_at <= utc_now() or founding != (invitation.user_id == NOT_YET):
        raise Invalid.field("code", "Esta invitación no existe, ya se usó o ha caducado. Pida otra a quien administra los usuarios.")
    return invitation


def withdraw(db: Unit, user_id: str) -> None:
    db.execute(delete(Invitation).where(Invitation.user_id == user_id))


def set_password(db: UnitOfWork, user_id: str, password_hash: str) -> None:
    """Whoever was signed in with the old one, on whatever machine, no longer is."""
    db.merge(Credential(user_id=user_id, tenant_id=db.asking.tenant_id, password_hash=password_hash, changed_at=utc_now()))
    sessions.end_all(db, user_id)
    withdraw(db, user_id)
