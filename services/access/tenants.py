"""Taking a firm in: the tenant, its copies of the shipped roles, its first administrator."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from services.access import users
from services.access.models import Entry, Role, Tenant
from services.access.rules import CAPABILITIES, SHIPPED_ROLES
from services.chassis.asking import NOTHING, Asking
from services.chassis.database import UnitOfWork
from services.contracts.events import TenantCreated
from services.contracts.message import new_id
from services.contracts.rpc import Json


def create(db: UnitOfWork, asking: Asking, name: str, admin: Json) -> Json:
    """From here on the unit of work acts for the new tenant. → {tenant_id, user_id}."""
    tenant_id = new_id()
    db.act_for(replace(asking, tenant_id=tenant_id, scope=NOTHING))
    db.add(Tenant(tenant_id=tenant_id, name=name))
    db.add_all(Role(name=role, capabilities=[each for each in CAPABILITIES if each in held]) for role, held in SHIPPED_ROLES.items())
    db.flush()
    user = users.create(db, {**admin, "role": "administrator", "group_ids": [], "grants": []})
    db.publish(TenantCreated(tenant_id=tenant_id, name=name))
    return {"tenant_id": tenant_id, "user_id": user.id}


def every_tenant(db: UnitOfWork, asking: Asking) -> list[Json]:
    """Each firm's name is read acting for that firm: there is no way to read them all at once."""
    found = []
    for tenant_id in db.scalars(select(Entry.tenant_id).distinct().order_by(Entry.tenant_id)).all():
        db.act_for(replace(asking, tenant_id=tenant_id))
        tenant = db.scalars(select(Tenant)).one()
        found.append({"id": tenant_id, "name": tenant.name, "created_at": tenant.created_at.isoformat()})
    return found
