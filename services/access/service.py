"""What may be asked of access. Whatever is decided here is decided at the moment of asking, from the tables."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import select

from services.access import directory, groups, rules, users
from services.access.models import Entry, Group, Model, Role, Tenant, User
from services.access.pages import one_page
from services.access.settings import Settings
from services.access.standing import standing, why_nobody_is_let_in
from services.access.tenants import Tenants
from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.service import Service
from services.contracts.errors import NotAllowed, NotSignedIn
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json, Scope
from services.contracts.schemas import checked
from services.contracts.schemas.people import GroupChanges, GroupsPage, NewGroup, NewUser, UserChanges, UsersPage


def known_user(service: AccessService, db: UnitOfWork, asking: Asking, user_id: str) -> User:
    """Oneself is known to everybody; colleagues to who manages users or groups."""
    if user_id != asking.user_id:
        require_manager(asking)
    return users.find(db, user_id)


def user_to_change(service: AccessService, db: UnitOfWork, asking: Asking, user_id: str) -> User:
    return users.find_to_change(db, user_id)


def visible_group(service: AccessService, db: UnitOfWork, asking: Asking, group_id: str) -> Group:
    return groups.find(db, asking, group_id)


def group_to_change(service: AccessService, db: UnitOfWork, asking: Asking, group_id: str) -> Group:
    return groups.find(db, asking, group_id, locked=True)


def require_manager(asking: Asking) -> None:
    """Who puts people into groups has to see them, even without the right to change them."""
    if not {"users.manage", "groups.manage"} & asking.scope.capabilities:
        raise NotAllowed("Su rol no le permite ver a los usuarios del despacho. Pídaselo a quien los administra.")


def require_for_grants(asking: Asking, request: Json) -> None:
    if request.get("grants"):
        asking.require("grants.manage")


class AccessService(Tenants, Settings, Service):
    name = "access"
    db = Database(Model)

    def standing_of(self, asking: Asking) -> Scope:
        """Read here, not asked: this is the service that everybody else asks."""
        with self.db.begin(asking) as db:
            found = standing(db, asking.tenant_id, asking.user_id)
            if found is None or not found.is_active:
                raise NotSignedIn(why_nobody_is_let_in(db))
        return Scope(found.user_id, found.capabilities, found.group_ids, found.grants)

    # ── who may see and do what ────────────────────────────────────────────────────────────────────────────────────────────────

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
        user, tenant = users.find(db, entry.user_id), db.scalars(select(Tenant)).one()
        known = {"tenant_id": entry.tenant_id, "user_id": user.id, "is_active": user.is_active}
        return known | {"is_suspended": tenant.suspended_at is not None}

    @rpc(needs=SIGNED_IN)
    def me(self, db: UnitOfWork, asking: Asking) -> Json:
        (user,) = users.described(db, [users.find(db, asking.user_id)])
        tenant = db.scalars(select(Tenant)).one()
        own = {field: user[field] for field in ("id", "email", "name", "role", "groups")}
        return {**own, "tenant": {"id": tenant.tenant_id, "name": tenant.name}, "capabilities": sorted(asking.scope.capabilities)}

    # ── users and roles ────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs="users.manage")
    def create_user(self, db: UnitOfWork, asking: Asking, new_user: Json) -> Json:
        new = checked(NewUser, new_user, partial(users.faults, db))
        require_for_grants(asking, new)
        return users.described(db, [users.create(db, new)])[0]

    @rpc(needs=SIGNED_IN)
    def users(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        require_manager(asking)
        wanted = checked(UsersPage, page)
        return one_page(db, users.matching(wanted), wanted, {name: getattr(User, name) for name in UsersPage.sorts}, users.described)

    @rpc(needs=SIGNED_IN, of=known_user)
    def user(self, db: UnitOfWork, asking: Asking, user: User) -> Json:
        return users.described(db, [user])[0]

    @rpc(needs="users.manage", of=user_to_change)
    def change_user(self, db: UnitOfWork, asking: Asking, user: User, changes: Json) -> Json:
        new = checked(UserChanges, changes, partial(users.faults, db))
        require_for_grants(asking, new)
        users.change(db, user, new)
        return users.described(db, [user])[0]

    @rpc(needs="users.manage")
    def roles(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        found = db.scalars(select(Role).order_by(Role.name))
        return [{"id": role.id, "name": role.name, "capabilities": role.capabilities, "version": role.version} for role in found]

    # ── groups ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs="groups.manage")
    def create_group(self, db: UnitOfWork, asking: Asking, new_group: Json) -> Json:
        new = checked(NewGroup, new_group, partial(groups.faults, db))
        require_for_grants(asking, new)
        return groups.described(db, [groups.create(db, new)])[0]

    @rpc(needs=SIGNED_IN)
    def groups(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        wanted = checked(GroupsPage, page)
        return one_page(db, groups.matching(asking.scope, wanted), wanted, {"name": Group.name}, groups.described)

    @rpc(needs=SIGNED_IN, of=visible_group)
    def group(self, db: UnitOfWork, asking: Asking, group: Group) -> Json:
        return groups.described(db, [group])[0]

    @rpc(needs="groups.manage", of=group_to_change)
    def change_group(self, db: UnitOfWork, asking: Asking, group: Group, changes: Json) -> Json:
        new = checked(GroupChanges, changes, partial(groups.faults, db))
        require_for_grants(asking, new)
        groups.change(db, group, new)
        return groups.described(db, [group])[0]

    @rpc(needs="groups.manage", of=group_to_change)
    def delete_group(self, db: UnitOfWork, asking: Asking, group: Group, version: int) -> None:
        groups.remove(db, group, version)
