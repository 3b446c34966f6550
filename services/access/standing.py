"""What a user is and holds just now, read from the tables: the input of `rules`.

Invariant: read anew for every question, never kept, so that a change binds the next step of whatever is already running.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.access.models import Grant, Membership, Role, Tenant, User
from services.access.rules import Standing
from services.contracts.sentences import said


def standing(db: Session, tenant_id: str, user_id: str) -> Standing | None:
    """None for a user that the tenant does not have. Nobody is active in a suspended firm."""
    user = select(User.is_active & Tenant.suspended_at.is_(None), Role.capabilities).join(Role, Role.id == User.role_id)
    found = db.execute(user.join(Tenant, Tenant.tenant_id == User.tenant_id).where(User.id == user_id)).one_or_none()
    if found is None:
        return None
    is_active, capabilities = found
    group_ids = frozenset(db.scalars(select(Membership.group_id).where(Membership.user_id == user_id)))
    grants = db.execute(select(Grant.body, Grant.verb).where(Grant.holder_id.in_([user_id, *group_ids])))
    return Standing(tenant_id, user_id, is_active, frozenset(capabilities), group_ids, frozenset((body, verb) for body, verb in grants))


def why_nobody_is_let_in(db: Session) -> str:
    """What somebody who is not active is told."""
    if db.scalar(select(Tenant.suspended_at)) is not None:
        return said("El acceso de su despacho está suspendido; no se ha perdido nada. Hable con quien presta el servicio.")
    return said("Su usuario no está activo. Hable con quien administra los usuarios de su despacho.")
