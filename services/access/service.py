"""What may be asked of access, theme by theme. Whatever is decided here is decided at the moment of asking, from the tables."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from services.access import directory, rules
from services.access.erasing import ErasingTenants
from services.access.grants import Grants
from services.access.groups import Groups
from services.access.importing import Importing
from services.access.models import Entry, Model, Tenant, User
from services.access.profile import Profile
from services.access.roles import Roles
from services.access.settings import Settings
from services.access.standing import standing, why_nobody_is_let_in
from services.access.tenants import Tenants
from services.access.users import Users
from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.jobs import Jobs
from services.chassis.service import Service
from services.contracts.errors import NotSignedIn
from services.contracts.events import AccessJobAsked
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json, Scope


class AccessService(Tenants, ErasingTenants, Settings, Profile, Users, Roles, Groups, Grants, Importing, Jobs, Service):
    name = "access"
    db = Database(Model)
    job_asked = AccessJobAsked

    def standing_of(self, asking: Asking) -> Scope:
        """Read here, not asked: this is the service that everybody else asks."""
        with self.db.begin(asking) as db:
            found = standing(db, asking.tenant_id, asking.user_id)
            if found is None or not found.is_active:
                raise NotSignedIn(why_nobody_is_let_in(db))
        return Scope(found.user_id, found.capabilities, found.group_ids, found.grants)

    @rpc(needs=SIGNED_IN, unit=False)
    def scope(self, asking: Asking) -> Json:
        return asking.scope.to_wire()

    @rpc(needs=INTERNAL)
    def check(  # noqa: PLR0913 (a rule has as many inputs as the law of the house gives it)
        self, db: UnitOfWork, asking: Asking, user_id: str, verb: str, body: str, client_group_ids: list[str]
    ) -> bool:
        found = standing(db, asking.tenant_id, user_id)
        if found is None:
            return False
        if asking.only and asking.user_id == user_id:
            found = replace(found, capabilities=found.capabilities & frozenset(asking.only.split()))
        return rules.may(found, verb, asking.tenant_id, client_group_ids, body)

    @rpc(needs=INTERNAL)
    def person(self, db: UnitOfWork, asking: Asking, email: str) -> Json | None:
        entry = db.get(Entry, directory.hash_of(db, email))
        if entry is None:
            return None
        db.act_for(replace(asking, tenant_id=entry.tenant_id))
        user, tenant = db.scalars(select(User).where(User.id == entry.user_id)).one(), db.scalars(select(Tenant)).one()
        known = {"tenant_id": entry.tenant_id, "user_id": user.id, "is_active": user.is_active}
        return known | {"is_suspended": tenant.suspended_at is not None}
