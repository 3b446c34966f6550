"""What no change of a role, or of who has it, may do. Looked at after the change, while the tenant's row is locked.

Traps: who holds a role would lift themselves by widening it; the last administrator would lock the firm out by narrowing theirs, by taking
another one, or together with a second one who does the same at that moment.
Invariant: a firm always has an active user whose role may manage users, and nobody's own act gives them a capability.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.access.models import Role, User
from services.chassis.database import UnitOfWork
from services.contracts.errors import Conflict, NotAllowed
from services.contracts.sentences import said


def capabilities_of(db: UnitOfWork, user_id: str) -> frozenset[str]:
    """What the role of a user holds; nothing for the operator of the host, who is no user."""
    held = select(Role.capabilities).join(User, User.role_id == Role.id).where(User.id == user_id)
    return frozenset(db.scalar(held) or ())


def covers(db: UnitOfWork, user_id: str) -> bool:
    """Whether whoever asks may do all that this user may: only then are they trusted with a way to sign in as them."""
    return user_id == db.asking.user_id or capabilities_of(db, user_id) <= db.asking.scope.capabilities


def require_cover(db: UnitOfWork, user_id: str) -> None:
    """Raises NotAllowed: with the email of somebody goes the link that lets in whoever reads it."""
    if not covers(db, user_id):
        raise NotAllowed(
            said("No cambie el correo de quien puede más que usted: desactive ese usuario y cree otro, o pídaselo a quien pueda lo mismo.")
        )


def require_safe(db: UnitOfWork, own_before: frozenset[str]) -> None:
    """Raises Conflict (the last administrator) or NotAllowed (who asks has gained something)."""
    db.flush()
    require_an_administrator(db)
    gained = capabilities_of(db, db.asking.user_id) - own_before
    if gained:
        raise NotAllowed(
            said(
                "Nadie amplía su propio rol (ganaría «{capability}»). Pídaselo a otra persona que administre los usuarios.",
                capability=min(gained),
            )
        )


def require_an_administrator(db: Session) -> None:
    """Raises Conflict when nobody is left who could let anybody in."""
    found = select(Role.capabilities).join(User, User.role_id == Role.id).where(User.is_active)
    if not any("users.manage" in capabilities for capabilities in db.scalars(found)):
        raise Conflict(said("Es la última persona que administra los usuarios del despacho. Dé antes ese rol a otra."))
