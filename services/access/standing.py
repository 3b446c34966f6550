"""What a user is and holds just now, read from the tables: the input of `rules`.

Invariant: read anew for every question, never kept, so that a change binds the next step of whatever is already running. As everything asks
it at every step, its two statements are made once and go past the ORM; so they name the tenant themselves.
"""

from __future__ import annotations

from sqlalchemy import BindParameter, CompoundSelect, Select, and_, bindparam, null, select, union_all
from sqlalchemy.orm import Session

from services.access.models import Grant, Membership, Role, Tenant, User
from services.access.rules import Standing
from services.contracts.sentences import said

_TENANT: BindParameter[str] = bindparam("tenant")
_USER: BindParameter[str] = bindparam("user")


def _who() -> Select:
    tenants, roles, users = Tenant.__table__.c, Role.__table__.c, User.__table__.c
    of_role = and_(roles.tenant_id == users.tenant_id, roles.id == users.role_id)
    joined = User.__table__.join(Role.__table__, of_role).join(Tenant.__table__, tenants.tenant_id == users.tenant_id)
    what = select(users.is_active, tenants.suspended_at, roles.capabilities).select_from(joined)
    return what.where(users.tenant_id == _TENANT, users.id == _USER)


def _held() -> CompoundSelect:
    """(group, body, verb): a row a grant of each group, one with neither for a group without; the user's own without a group."""
    grants, memberships = Grant.__table__.c, Membership.__table__.c
    of_group = and_(grants.tenant_id == memberships.tenant_id, grants.holder_id == memberships.group_id)
    joined = Membership.__table__.outerjoin(Grant.__table__, of_group)
    by_group = select(memberships.group_id, grants.body, grants.verb).select_from(joined)
    own = select(null(), grants.body, grants.verb).where(grants.tenant_id == _TENANT, grants.holder_id == _USER)
    return union_all(by_group.where(memberships.tenant_id == _TENANT, memberships.user_id == _USER), own)


WHO, HELD = _who(), _held()


def standing(db: Session, tenant_id: str, user_id: str) -> Standing | None:
    """None for a user that the tenant does not have. Nobody is active in a suspended firm."""
    db.flush()
    connection, whose = db.connection(), {"tenant": tenant_id, "user": user_id}
    found = connection.execute(WHO, whose).one_or_none()
    if found is None:
        return None
    held = connection.execute(HELD, whose).all()
    group_ids = frozenset(group_id for group_id, _, _ in held if group_id)
    grants = frozenset((body, verb) for _, body, verb in held if body)
    is_active = found.is_active and found.suspended_at is None
    return Standing(tenant_id, user_id, is_active, frozenset(found.capabilities), group_ids, grants)


def why_nobody_is_let_in(db: Session) -> str:
    """What somebody who is not active is told."""
    if db.scalar(select(Tenant.suspended_at)) is not None:
        return said("El acceso de su despacho está suspendido; no se ha perdido nada. Hable con quien presta el servicio.")
    return said("Su usuario no está activo. Hable con quien administra los usuarios de su despacho.")
