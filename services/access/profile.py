"""Oneself: who I am and what I may do just now, and the little that everybody may change of themselves."""

from __future__ import annotations

from sqlalchemy import Select, exists, select

from services.access import users
from services.access.holdings import groups_of
from services.access.models import Logo, Role, Tenant, User
from services.access.settings import tenant_of
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.people import ProfileChanges


def _who(user_id: str) -> Select:
    of_role, of_firm = Role.id == User.role_id, Tenant.tenant_id == User.tenant_id
    own = select(User.id, User.email, User.name, User.language, User.version, Role.name.label("role"))
    firm = own.add_columns(Tenant.tenant_id, Tenant.name.label("firm"), Tenant.language.label("firm_language"))
    logo = firm.add_columns(Tenant.version.label("firm_version"), exists().where(Logo.tenant_id == Tenant.tenant_id).label("has_logo"))
    return logo.join(Role, of_role).join(Tenant, of_firm).where(User.id == user_id)


def shown(db: UnitOfWork, asking: Asking) -> Json:
    """As `schemas.people.Me`; two statements, because every page asks it."""
    found = db.execute(_who(asking.user_id)).one()
    own = {field: getattr(found, field) for field in ("id", "email", "name", "role", "version")}
    own |= {"groups": groups_of(db, [asking.user_id]).get(asking.user_id, [])}
    firm = {"id": found.tenant_id, "name": found.firm, "logo_version": found.firm_version if found.has_logo else None}
    may = {"language": found.language or found.firm_language, "capabilities": sorted(asking.scope.capabilities)}
    return own | may | {"tenant": firm}


class Profile:
    """What anybody may ask of themselves."""

    @rpc(needs=SIGNED_IN, reads=True)
    def me(self, db: UnitOfWork, asking: Asking) -> Json:
        return shown(db, asking)

    @rpc(needs=SIGNED_IN)
    def change_me(self, db: UnitOfWork, asking: Asking, changes: Json) -> Json:
        asking.require_whole()
        new = checked(ProfileChanges, changes)
        tenant_of(db)
        users.change(db, users.find(db, asking.user_id), new)
        return shown(db, asking)
