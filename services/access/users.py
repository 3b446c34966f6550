"""The people of a firm: made, changed, disabled, never deleted, because the trail names them.

Trap: two administrators who disable each other at the same moment. So whoever makes or changes a user locks the tenant's row first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.access import directory, grants
from services.access.holdings import Moved, groups_of, set_groups, unknown_ids
from services.access.models import Group, Membership, Role, User
from services.access.pages import one_page
from services.access.safeguards import capabilities_of, covers, require_cover, require_safe
from services.access.settings import tenant_of
from services.access.sight import require_all_users
from services.access.standing import why_nobody_is_let_in
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.errors import NotFound, NotSignedIn, StaleVersion
from services.contracts.events import UserChanged
from services.contracts.message import new_id
from services.contracts.rpc import INTERNAL, SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.paging import words
from services.contracts.schemas.people import NewUser, UserChanges, UsersPage
from services.contracts.sentences import said

PLAIN = ("name", "is_active", "language")
TOLD = ("name", "email", "language", "role_id")


def find(db: Session, user_id: str) -> User:
    user = db.scalars(select(User).where(User.id == user_id)).one_or_none()
    if user is None:
        raise NotFound()
    return user


def faults(db: Session, given: Json) -> dict[str, list[str]]:
    """What is named in a body of right shape and does not exist in the firm, by field."""
    is_role = "role" not in given or db.scalars(select(Role.id).where(Role.name == given["role"])).first()
    return {
        "role": [] if is_role else [said("No es un rol de su despacho.")],
        "group_ids": unknown_ids(db, Group, given.get("group_ids", [])),
    }


def create(db: UnitOfWork, new_user: Json) -> User:
    """`new_user` is without `faults`. Raises Conflict (an email that is taken)."""
    user = User(id=new_id(), tenant_id=db.asking.tenant_id, email=new_user["email"], name=new_user["name"])
    user.role_id = role_id_of(db, new_user["role"])
    user.is_active, user.version = True, 1
    directory.enter(db, user)
    db.add(user)
    db.flush()
    announce(db, user, "created", put_into(db, user, new_user["group_ids"]))
    grants.replace_all(db, user, new_user["grants"])
    return user


def change(db: UnitOfWork, user: User, changes: Json) -> None:
    """`changes` are without `faults`. Raises StaleVersion, Conflict (the last administrator, an email that is taken) or NotAllowed."""
    if changes["version"] != user.version:
        raise StaleVersion()
    was_active, own_before = user.is_active, capabilities_of(db, db.asking.user_id)
    had = {field: getattr(user, field) for field in TOLD}
    user.version += 1
    for field in PLAIN:
        setattr(user, field, changes.get(field, getattr(user, field)))
    if changes.get("email", user.email) != user.email:
        require_cover(db, user.id)
        user.email = changes["email"]
        directory.enter(db, user)
    if "role" in changes:
        user.role_id = role_id_of(db, changes["role"])
    require_safe(db, own_before)
    moved = put_into(db, user, changes["group_ids"]) if "group_ids" in changes else ((), ())
    new = tuple(field.removesuffix("_id") for field in TOLD if getattr(user, field) != had[field])
    announce(db, user, "changed" if was_active == user.is_active else "enabled" if user.is_active else "disabled", moved, new)
    if "grants" in changes:
        grants.replace_all(db, user, changes["grants"])


def put_into(db: UnitOfWork, user: User, group_ids: list[str]) -> Moved:
    """Raises NotAllowed when that changes something and who asks may not: groups decide which clients somebody sees, oneself too."""
    joined, left = set_groups(db, user.id, group_ids)
    if joined or left:
        db.asking.require("groups.manage")
    return joined, left


def announce(db: UnitOfWork, user: User, change: str, moved: Moved, fields: tuple[str, ...] = ()) -> None:
    now: Json = {"is_active": user.is_active, "version": user.version, "role_id": user.role_id}
    db.publish(UserChanged(user_id=user.id, change=change, fields=fields, **now, joined=moved[0], left=moved[1]))


def role_id_of(db: Session, name: str) -> str:
    return db.scalars(select(Role.id).where(Role.name == name)).one()


def matching(page: Json) -> Select[User]:
    """`q` searches name and email; `role`, `group` and `is_active` narrow."""
    found = select(User).join(Role, Role.id == User.role_id)
    if page.get("q"):
        found = found.where(User.name.icontains(page["q"], autoescape=True) | User.email.icontains(page["q"], autoescape=True))
    if page.get("role"):
        found = found.where(Role.name == page["role"])
    if page.get("group"):
        found = found.where(User.id.in_(select(Membership.user_id).where(Membership.group_id == page["group"])))
    if page.get("is_active"):
        found = found.where(User.is_active.in_([word == "true" for word in words(page["is_active"])]))
    return found


def described(db: Session, users: Sequence[User]) -> list[Json]:
    """As `schemas.people.User`."""
    ids = [user.id for user in users]
    groups, held = groups_of(db, ids), grants.grants_of(db, ids)
    roles = {role.id: role.name for role in db.scalars(select(Role))}
    return [
        {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "role": roles[user.role_id],
            "language": user.language,
            "is_active": user.is_active,
            "groups": groups.get(user.id, []),
            "grants": held.get(user.id, []),
            "version": user.version,
            "created_at": user.created_at.isoformat(),
        }
        for user in users
    ]


def known_user(service: Users, db: UnitOfWork, asking: Asking, user_id: str) -> User:
    """Colleagues, by who may see them, and oneself."""
    if user_id != asking.user_id:
        require_all_users(asking)
    return find(db, user_id)


def user_to_change(service: Users, db: UnitOfWork, asking: Asking, user_id: str) -> User:
    """The user, while nobody else changes any user of the tenant. Who may not see colleagues learns nothing of an id."""
    tenant_of(db)
    return known_user(service, db, asking, user_id)


class Users:
    """What may be asked of a firm's people."""

    @rpc(needs="users.manage")
    def create_user(self, db: UnitOfWork, asking: Asking, new_user: Json) -> Json:
        asking.require_whole()
        tenant_of(db)
        return described(db, [create(db, checked(NewUser, new_user, partial(faults, db)))])[0]

    @rpc(needs=INTERNAL)
    def join(self, db: UnitOfWork, asking: Asking, new_user: Json) -> Json:
        """For somebody whom the firm's own sign-in provider vouches for, where the firm lets such people in."""
        if tenant_of(db).suspended_at is not None:
            raise NotSignedIn(why_nobody_is_let_in(db))
        return described(db, [create(db, checked(NewUser, new_user, partial(faults, db)))])[0]

    @rpc(needs=SIGNED_IN)
    def users(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        require_all_users(asking)
        wanted = checked(UsersPage, page)
        return one_page(db, matching(wanted), wanted, {name: getattr(User, name) for name in UsersPage.sorts}, described)

    @rpc(needs=SIGNED_IN, of=known_user)
    def user(self, db: UnitOfWork, asking: Asking, user: User) -> Json:
        return described(db, [user])[0]

    @rpc(needs="users.manage", of=known_user)
    def covers(self, db: UnitOfWork, asking: Asking, user: User) -> bool:
        """Whether who asks may do all that this user may."""
        return covers(db, user.id)

    @rpc(needs="users.manage", of=user_to_change)
    def change_user(self, db: UnitOfWork, asking: Asking, user: User, changes: Json) -> Json:
        asking.require_whole()
        change(db, user, checked(UserChanges, changes, partial(faults, db)))
        return described(db, [user])[0]

    @rpc(needs=INTERNAL)
    def users_of(self, db: UnitOfWork, asking: Asking, tenant_id: str) -> list[Json]:
        db.act_for(replace(asking, tenant_id=tenant_id))
        return described(db, db.scalars(select(User).order_by(User.email)).all())

    @rpc(needs=INTERNAL)
    def disable_user(self, db: UnitOfWork, asking: Asking, tenant_id: str, user_id: str) -> Json:
        db.act_for(replace(asking, tenant_id=tenant_id))
        tenant_of(db)
        user = find(db, user_id)
        change(db, user, {"version": user.version, "is_active": False})
        return described(db, [user])[0]
