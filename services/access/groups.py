"""Groups: users who may see certain clients, and what they may do at which bodies. Which clients those are is known by `clients`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import Select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.access import grants
from services.access.holdings import members_of, set_members, unknown_ids
from services.access.models import Group, User
from services.access.pages import one_page
from services.access.settings import tenant_of
from services.access.sight import groups_seen
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.errors import Conflict, NotFound, StaleVersion
from services.contracts.events import GroupChanged
from services.contracts.message import new_id
from services.contracts.rpc import SIGNED_IN, Json, Scope
from services.contracts.schemas import checked
from services.contracts.schemas.people import GroupChanges, GroupsPage, NewGroup
from services.contracts.sentences import said


def matching(scope: Scope, page: Json) -> Select[Group]:
    found = groups_seen(scope)
    return found.where(Group.name.icontains(page["q"], autoescape=True)) if page.get("q") else found


def find(db: Session, asking: Asking, group_id: str) -> Group:
    group = db.scalars(groups_seen(asking.scope).where(Group.id == group_id)).one_or_none()
    if group is None:
        raise NotFound()
    return group


def faults(db: Session, given: Json) -> dict[str, list[str]]:
    """What is named in a body of right shape and does not exist in the firm, by field."""
    return {"member_ids": unknown_ids(db, User, given.get("member_ids", []))}


def create(db: UnitOfWork, new_group: Json) -> Group:
    """`new_group` is without `faults`. Raises Conflict (a name that is taken), or NotAllowed for grants that may not be given."""
    group = Group(id=new_id(), name=new_group["name"], description=new_group["description"], version=1)
    db.add(group)
    written(db)
    joined, left = set_members(db, group.id, new_group["member_ids"])
    announce(db, group, "created", joined, left)
    grants.replace_all(db, group, new_group["grants"])
    return group


def change(db: UnitOfWork, group: Group, changes: Json) -> None:
    """`changes` are without `faults`. Raises StaleVersion, Conflict (a name that is taken), or NotAllowed as `create`."""
    require_version(group, changes["version"])
    group.version += 1
    group.name = changes.get("name", group.name)
    group.description = changes.get("description", group.description)
    written(db)
    joined, left = set_members(db, group.id, changes["member_ids"]) if "member_ids" in changes else ((), ())
    announce(db, group, "changed", joined, left)
    if "grants" in changes:
        grants.replace_all(db, group, changes["grants"])


def remove(db: UnitOfWork, group: Group, version: int) -> None:
    """With its memberships and grants; `clients` hears of it and takes its clients out."""
    require_version(group, version)
    group.version += 1
    grants.write(db, group, set(), grants.held_by(db, group.id))
    announce(db, group, "deleted", *set_members(db, group.id, []))
    db.delete(group)


def require_version(group: Group, version: int) -> None:
    if version != group.version:
        raise StaleVersion()


def written(db: UnitOfWork) -> None:
    """Write the group's row; raises Conflict when the name is another group's."""
    try:
        db.flush()
    except IntegrityError as error:
        reason = said("Ya hay un grupo con este nombre. Elija otro.")
        raise Conflict(reason, {"name": [reason]}) from error


def announce(db: UnitOfWork, group: Group, change: str, joined: tuple[str, ...], left: tuple[str, ...]) -> None:
    db.publish(GroupChanged(group_id=group.id, change=change, name=group.name, version=group.version, joined=joined, left=left))


def described(db: Session, groups: Sequence[Group]) -> list[Json]:
    """As `schemas.people.Group`."""
    ids = [group.id for group in groups]
    members, held = members_of(db, ids), grants.grants_of(db, ids)
    return [
        {
            "id": group.id,
            "name": group.name,
            "description": group.description,
            "member_ids": members.get(group.id, []),
            "grants": held.get(group.id, []),
            "version": group.version,
        }
        for group in groups
    ]


def visible_group(service: Groups, db: UnitOfWork, asking: Asking, group_id: str) -> Group:
    return find(db, asking, group_id)


def group_to_change(service: Groups, db: UnitOfWork, asking: Asking, group_id: str) -> Group:
    """The group, while nobody else changes who is in any group of the tenant."""
    tenant_of(db)
    return find(db, asking, group_id)


class Groups:
    """What may be asked of groups."""

    @rpc(needs="groups.manage")
    def create_group(self, db: UnitOfWork, asking: Asking, new_group: Json) -> Json:
        tenant_of(db)
        return described(db, [create(db, checked(NewGroup, new_group, partial(faults, db)))])[0]

    @rpc(needs=SIGNED_IN, reads=True)
    def groups(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        wanted = checked(GroupsPage, page)
        return one_page(db, matching(asking.scope, wanted), wanted, {"name": Group.name}, described)

    @rpc(needs=SIGNED_IN, of=visible_group)
    def group(self, db: UnitOfWork, asking: Asking, group: Group) -> Json:
        return described(db, [group])[0]

    @rpc(needs="groups.manage", of=group_to_change)
    def change_group(self, db: UnitOfWork, asking: Asking, group: Group, changes: Json) -> Json:
        change(db, group, checked(GroupChanges, changes, partial(faults, db)))
        return described(db, [group])[0]

    @rpc(needs="groups.manage", of=group_to_change)
    def delete_group(self, db: UnitOfWork, asking: Asking, group: Group, version: int) -> None:
        remove(db, group, version)
