"""What a user is and holds just now, read from the tables: the input of `rules`.

Invariant: read anew for every question, never kept, so that a change binds the next step of whatever is already running.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.access.models import Grant, Membership, Role, User
from services.access.rules import Standing


def standing(db: Session, tenant_id: str, user_id: str) -> Standing | None:
    """None for a user that the tenant does not have."""
    user = select(User.is_active, Role.capabilities).join(Role, Role.id == User.role_id).where(User.id == user_id)
    found = db.execute(user).one_or_none()
    if found is None:
        return None
    is_active, capabilities = found
    group_ids = frozenset(db.scalars(select(Membership.group_id).where(Membership.user_id == user_id)))
    grants = db.execute(select(Grant.body, Grant.verb).where(Grant.holder_id.in_([user_id, *group_ids])))
    return Standing(tenant_id, user_id, is_active, frozenset(capabilities), group_ids, frozenset((body, verb) for body, verb in grants))
