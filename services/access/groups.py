"""Groups: users who may see certain clients, and what they may do at which bodies. Which clients those are is known by `clients`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.access.holdings import grants_of, members_of, set_grants, set_members, unknown_ids
from services.access.models import Grant, Group, Membership, User
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.errors import Conflict, NotFound, StaleVersion
from services.contracts.events import GroupChanged
from services.contracts.message import new_id
from services.contracts.rpc import Json, Scope

SEE_ALL_GROUPS = {"groups.manage", "clients.all"}


def visible_to(scope: Scope) -> Select[Group]:
    """All groups for who manages them or sees every client; their own for anybody else."""
    found = select(Group)
    return found if SEE_ALL_GROUPS & scope.capabilities else found.where(Group.id.in_(scope.group_ids))


def matching(scope: Scope, page: Json) -> Select[Group]:
    found = visible_to(scope)
    return found.where(Group.name.icontains(page["q"], autoescape=True)) if page.get("q") else found


def find(db: Session, asking: Asking, group_id: str, *, locked: bool = False) -> Group:
    """`locked`: until the unit of work ends, so that two changes of one group come one after the other."""
    found = visible_to(asking.scope).where(Group.id == group_id)
    if locked:
        found = found.with_for_update()
    group = db.scalars(found).one_or_none()
    if group is None:
        raise NotFound()
    return group


def faults(db: Session, given: Json) -> dict[str, list[str]]:
    """What is named in a body of right shape and does not exist in the firm, by field."""
    return {"member_ids": unknown_ids(db, User, given.get("member_ids", []))}


def create(db: UnitOfWork, new_group: Json) -> Group:
    """`new_group` is without `faults`. Raises Conflict (a name that is taken)."""
    group = Group(id=new_id(), name=new_group["name"], description=new_group["description"], version=1)
    db.add(group)
    written(db)
    set_members(db, group.id, new_group["member_ids"])
    set_grants(db, group.id, new_group["grants"])
    announce(db, group, "created")
    return group


def change(db: UnitOfWork, group: Group, changes: Json) -> None:
    """`changes` are without `faults`. Raises StaleVersion or Conflict (a name that is taken)."""
    require_version(group, changes["version"])
    group.version += 1
    group.name = changes.get("name", group.name)
    group.description = changes.get("description", group.description)
    written(db)
    if "member_ids" in changes:
        set_members(db, group.id, changes["member_ids"])
    if "grants" in changes:
        set_grants(db, group.id, changes["grants"])
    announce(db, group, "changed")


def remove(db: UnitOfWork, group: Group, version: int) -> None:
    """With its memberships and grants; `clients` hears of it and takes its clients out."""
    require_version(group, version)
    group.version += 1
    announce(db, group, "deleted")
    db.execute(delete(Membership).where(Membership.group_id == group.id))
    db.execute(delete(Grant).where(Grant.holder_id == group.id))
    db.delete(group)


def require_version(group: Group, version: int) -> None:
    if version != group.version:
        raise StaleVersion()


def written(db: UnitOfWork) -> None:
    """Write the group's row; raises Conflict when the name is another group's."""
    try:
        db.flush()
    except IntegrityError as error:
        reason = "Ya hay un grupo con este nombre. Elija otro."
        raise Conflict(reason, {"name": [reason]}) from error


def announce(db: UnitOfWork, group: Group, change: str) -> None:
    db.publish(GroupChanged(group_id=group.id, change=change, name=group.name, version=group.version))


def described(db: Session, groups: Sequence[Group]) -> list[Json]:
    """As `schemas.people.Group`."""
    ids = [group.id for group in groups]
    members, grants = members_of(db, ids), grants_of(db, ids)
    return [
        {
            "id": group.id,
            "name": group.name,
            "description": group.description,
            "member_ids": members.get(group.id, []),
            "grants": grants.get(group.id, []),
            "version": group.version,
        }
        for group in groups
    ]
