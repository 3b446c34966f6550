"""The people of a firm: made, changed, disabled, never deleted, because the trail names them.

Trap: two administrators who disable each other at the same moment. So whoever changes a user locks the tenant's row first.
Invariant: a firm always has an active user whose role may manage users.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from services.access import directory
from services.access.holdings import grants_of, groups_of, set_grants, set_groups, unknown_ids
from services.access.models import Group, Membership, Role, Tenant, User
from services.chassis.database import UnitOfWork
from services.contracts.errors import Conflict, NotFound, StaleVersion
from services.contracts.events import UserChanged
from services.contracts.message import new_id
from services.contracts.rpc import Json
from services.contracts.schemas.paging import words

PLAIN = ("name", "is_active")


def find(db: Session, user_id: str) -> User:
    user = db.scalars(select(User).where(User.id == user_id)).one_or_none()
    if user is None:
        raise NotFound()
    return user


def find_to_change(db: Session, user_id: str) -> User:
    """The user, while nobody else changes any user of the tenant."""
    db.scalars(select(Tenant).with_for_update()).one()
    return find(db, user_id)


def faults(db: Session, given: Json) -> dict[str, list[str]]:
    """What is named in a body of right shape and does not exist in the firm, by field."""
    is_role = "role" not in given or db.scalars(select(Role.id).where(Role.name == given["role"])).first()
    return {"role": [] if is_role else ["No es un rol de su despacho."], "group_ids": unknown_ids(db, Group, given.get("group_ids", []))}


def create(db: UnitOfWork, new_user: Json) -> User:
    """`new_user` is without `faults`. Raises Conflict (an email that is taken)."""
    user = User(id=new_id(), tenant_id=db.asking.tenant_id, email=new_user["email"], name=new_user["name"])
    user.role_id = role_id_of(db, new_user["role"])
    user.is_active, user.version = True, 1
    directory.enter(db, user)
    db.add(user)
    db.flush()
    set_groups(db, user.id, new_user["group_ids"])
    set_grants(db, user.id, new_user["grants"])
    announce(db, user, "created")
    return user


def change(db: UnitOfWork, user: User, changes: Json) -> None:
    """`changes` are without `faults`. Raises StaleVersion or Conflict (the last administrator, an email that is taken)."""
    if changes["version"] != user.version:
        raise StaleVersion()
    was_active, user.version = user.is_active, user.version + 1
    for field in PLAIN:
        setattr(user, field, changes.get(field, getattr(user, field)))
    if "role" in changes:
        user.role_id = role_id_of(db, changes["role"])
    if "email" in changes:
        user.email = changes["email"]
        directory.enter(db, user)
    if "group_ids" in changes:
        set_groups(db, user.id, changes["group_ids"])
    if "grants" in changes:
        set_grants(db, user.id, changes["grants"])
    db.flush()
    require_an_administrator(db)
    announce(db, user, "changed" if was_active == user.is_active else "enabled" if user.is_active else "disabled")


def announce(db: UnitOfWork, user: User, change: str) -> None:
    db.publish(UserChanged(user_id=user.id, change=change, is_active=user.is_active, version=user.version))


def require_an_administrator(db: Session) -> None:
    """Raises Conflict when nobody is left who could let anybody in."""
    found = select(Role.capabilities).join(User, User.role_id == Role.id).where(User.is_active)
    if not any("users.manage" in capabilities for capabilities in db.scalars(found)):
        raise Conflict("Es la última persona que administra los usuarios del despacho. Dé antes ese rol a otra.")


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
    groups, grants = groups_of(db, ids), grants_of(db, ids)
    roles = {role.id: role.name for role in db.scalars(select(Role))}
    return [
        {
            "id": user.id,
            "email": user.email,
            "name": user.name,
            "role": roles[user.role_id],
            "is_active": user.is_active,
            "groups": groups.get(user.id, []),
            "grants": grants.get(user.id, []),
            "version": user.version,
            "created_at": user.created_at.isoformat(),
        }
        for user in users
    ]
