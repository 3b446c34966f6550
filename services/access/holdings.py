"""Who is in which group. A list that is sent replaces the old one; what it changed is told by whoever asked for it.

Traps: a membership is sent back with the user and with the group. So the versions of those who came in or went out move with it, and who
edits one from an old copy does not bring back what was taken on the other side. Whoever changes one locks the tenant's row first
(`settings.tenant_of`): the two sides would lock users and groups in different orders. Ids that are sent are looked up among those of the
tenant before they are written (`unknown_ids`, asked by the `faults` of users and groups), or a foreign id could be made a member.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services.access.models import Group, Membership, User
from services.contracts.rpc import Json
from services.contracts.sentences import said

Moved = tuple[tuple[str, ...], tuple[str, ...]]
"""Who, or which groups, came in and went out."""


def set_members(db: Session, group_id: str, user_ids: list[str]) -> Moved:
    """The users who joined and who left."""
    before = set(db.scalars(select(Membership.user_id).where(Membership.group_id == group_id)))
    joined, left = sorted(set(user_ids) - before), sorted(before - set(user_ids))
    db.execute(delete(Membership).where(Membership.group_id == group_id, Membership.user_id.in_(left)))
    db.add_all(Membership(group_id=group_id, user_id=user_id) for user_id in joined)
    move_versions(db, User, joined + left)
    return tuple(joined), tuple(left)


def set_groups(db: Session, user_id: str, group_ids: list[str]) -> Moved:
    """The groups that were joined and left."""
    before = set(db.scalars(select(Membership.group_id).where(Membership.user_id == user_id)))
    joined, left = sorted(set(group_ids) - before), sorted(before - set(group_ids))
    db.execute(delete(Membership).where(Membership.user_id == user_id, Membership.group_id.in_(left)))
    db.add_all(Membership(group_id=group_id, user_id=user_id) for group_id in joined)
    move_versions(db, Group, joined + left)
    return tuple(joined), tuple(left)


def move_versions(db: Session, table: type[User] | type[Group], ids: list[str]) -> None:
    """Nobody saves these any more from a copy that was read before."""
    if ids:
        db.execute(update(table).where(table.id.in_(ids)).values(version=table.version + 1))


def unknown_ids(db: Session, table: type[User] | type[Group], ids: list[str]) -> list[str]:
    """A sentence for each id that is not one of the tenant's."""
    known = set(db.scalars(select(table.id).where(table.id.in_(ids))))
    return [said("No existe: {id}.", id=id[:36]) for id in dict.fromkeys(ids) if id not in known]


def members_of(db: Session, group_ids: Iterable[str]) -> dict[str, list[str]]:
    """Group → ids of its members, in order."""
    members: dict[str, list[str]] = {}
    found = select(Membership).where(Membership.group_id.in_(list(group_ids))).order_by(Membership.user_id)
    for membership in db.scalars(found):
        members.setdefault(membership.group_id, []).append(membership.user_id)
    return members


def groups_of(db: Session, user_ids: Iterable[str]) -> dict[str, list[Json]]:
    """User → [{id, name}] of their groups, in order of name."""
    groups: dict[str, list[Json]] = {}
    found = select(Membership.user_id, Group.id, Group.name).join(Group, Group.id == Membership.group_id)
    for user_id, group_id, name in db.execute(found.where(Membership.user_id.in_(list(user_ids))).order_by(Group.name)):
        groups.setdefault(user_id, []).append({"id": group_id, "name": name})
    return groups
