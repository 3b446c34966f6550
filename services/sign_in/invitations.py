"""One-time codes with which a person sets a password: the first one, or another when it is forgotten.

The first person of an installation is invited before they exist: their code belongs to the tenant and the user `NOT_YET`.

Invariant: a code sets one password; using it ends the user's sessions and other codes. An invitation ends the older ones. A link that
anybody may ask for, who only knows an email, ends nothing before it is used.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Unit

from services.contracts.errors import Invalid
from services.contracts.message import utc_now
from services.contracts.sentences import said
from services.sign_in import letters
from services.sign_in.carried import hash_of, new_code
from services.sign_in.models import Invitation

LASTS = letters.LASTS[letters.INVITED]
NOT_YET = ""


def make(db: Unit, tenant_id: str, user_id: str) -> str:
    withdraw(db, user_id)
    return make_another(db, tenant_id, user_id, LASTS)


def make_another(db: Unit, tenant_id: str, user_id: str, lasts: timedelta) -> str:
    code = new_code()
    db.add(Invitation(code_hash=hash_of(code), tenant_id=tenant_id, user_id=user_id, expires_at=utc_now() + lasts))
    return code


def find(db: Unit, code: str, *, founding: bool = False) -> Invitation:
    """Raises Invalid naming `code`."""
    invitation = db.get(Invitation, hash_of(code), with_for_update=True)
    if invitation is None or invitation.expires_at <= utc_now() or founding != (invitation.user_id == NOT_YET):
        raise over()
    return invitation


def is_good(db: Unit, code: str, *, founding: bool) -> bool:
    try:
        return bool(find(db, code, founding=founding))
    except Invalid:
        return False


def ends_at(db: Unit, user_id: str) -> datetime | None:
    """When the last of a user's codes ends; None when none is open."""
    return db.scalar(select(func.max(Invitation.expires_at)).where(Invitation.user_id == user_id, Invitation.expires_at > utc_now()))


def over() -> Invalid:
    return Invalid.field("code", said("Este enlace no existe, ya se usó o ha caducado. Pida otro a quien administra los usuarios."))


def withdraw(db: Unit, user_id: str) -> None:
    db.execute(delete(Invitation).where(Invitation.user_id == user_id))
    letters.withdraw(db, user_id)
