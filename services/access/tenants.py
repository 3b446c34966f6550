"""Taking a firm in: the tenant, its copies of the shipped roles, its first administrator. Stopping it, and letting it go on.

A suspended firm keeps everything: its people are not signed in and may do nothing (`standing` reads the tenant's row for every question),
and who reads its mailboxes hears of it.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from services.access import users
from services.access.models import Entry, Role, Tenant
from services.access.rules import CAPABILITIES, SHIPPED_ROLES
from services.access.settings import tenant_of
from services.chassis.asking import NOTHING, Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.errors import Conflict
from services.contracts.events import TenantCreated, TenantResumed, TenantSuspended
from services.contracts.message import new_id, utc_now
from services.contracts.rpc import INTERNAL, Json
from services.contracts.schemas import checked
from services.contracts.schemas.people import NewTenant
from services.contracts.sentences import said


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
        found.append(shown(db.scalars(select(Tenant)).one()))
    return found


def shown(tenant: Tenant) -> Json:
    """As `schemas.people.Tenant`."""
    return {
        "id": tenant.tenant_id,
        "name": tenant.name,
        "created_at": tenant.created_at.isoformat(),
        "suspended_at": tenant.suspended_at and tenant.suspended_at.isoformat(),
    }


def switch(db: UnitOfWork, is_suspended: bool) -> Tenant:
    """Stop the firm that is acted for, or let it go on; raises Conflict when it is so already."""
    tenant = tenant_of(db)
    if is_suspended == (tenant.suspended_at is not None):
        raise Conflict(said("El despacho ya está suspendido.") if is_suspended else said("El despacho no está suspendido."))
    tenant.suspended_at = utc_now() if is_suspended else None
    tenant.version += 1
    fact = TenantSuspended if is_suspended else TenantResumed
    db.publish(fact(tenant_id=tenant.tenant_id, version=tenant.version))
    return tenant


class Tenants:
    """What an operator may ask of the firms."""

    @rpc(needs=INTERNAL)
    def create_tenant(self, db: UnitOfWork, asking: Asking, name: str, admin_email: str, admin_name: str = "") -> Json:
        new = checked(NewTenant, {"name": name, "admin_email": admin_email, "admin_name": admin_name})
        return create(db, asking, new["name"], {"email": new["admin_email"], "name": new["admin_name"] or new["admin_email"]})

    @rpc(needs=INTERNAL)
    def tenants(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return every_tenant(db, asking)

    @rpc(needs=INTERNAL)
    def suspend_tenant(self, db: UnitOfWork, asking: Asking, tenant_id: str) -> Json:
        db.act_for(replace(asking, tenant_id=tenant_id))
        return shown(switch(db, True))

    @rpc(needs=INTERNAL)
    def resume_tenant(self, db: UnitOfWork, asking: Asking, tenant_id: str) -> Json:
        db.act_for(replace(asking, tenant_id=tenant_id))
        return shown(switch(db, False))
