"""Oneself: who I am and what I may do just now, and the little that everybody may change of themselves."""

from __future__ import annotations

from sqlalchemy import select

from services.access import users
from services.access.models import Logo, Tenant
from services.access.settings import tenant_of
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.people import ProfileChanges


def shown(db: UnitOfWork, asking: Asking) -> Json:
    """As `schemas.people.Me`."""
    (user,) = users.described(db, [users.find(db, asking.user_id)])
    tenant = db.scalars(select(Tenant)).one()
    has_logo = db.scalar(select(Logo.tenant_id)) is not None
    own = {field: user[field] for field in ("id", "email", "name", "role", "groups", "version")}
    firm = {"id": tenant.tenant_id, "name": tenant.name, "logo_version": tenant.version if has_logo else None}
    may = {"language": user["language"] or tenant.language, "capabilities": sorted(asking.scope.capabilities)}
    return own | may | {"tenant": firm}


class Profile:
    """What anybody may ask of themselves."""

    @rpc(needs=SIGNED_IN)
    def me(self, db: UnitOfWork, asking: Asking) -> Json:
        return shown(db, asking)

    @rpc(needs=SIGNED_IN)
    def change_me(self, db: UnitOfWork, asking: Asking, changes: Json) -> Json:
        asking.require_whole()
        new = checked(ProfileChanges, changes)
        tenant_of(db)
        users.change(db, users.find(db, asking.user_id), new)
        return shown(db, asking)
