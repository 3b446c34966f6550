"""What groups and users hold: grants, and who is in which group. A list that is sent replaces the old one.

Trap: ids that are sent are looked up among the tenant's own before they are written (`unknown_ids`, asked by the `faults` of users and
groups), or a foreign id could be made a member.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.access.models import Grant, Group, Membership, User
from services.contracts.rpc import Json


def set_grants(db: Session, holder_id: str, grants: list[Json]) -> None:
    """`grants`: [{body, verbs}]."""
    db.execute(delete(Grant).where(Grant.holder_id == holder_id))
    pairs = {(grant["body"], verb) for grant in grants for verb in grant["verbs"]}
    db.add_all(Grant(holder_id=holder_id, body=body, verb=verb) for body, verb in sorted(pairs))


def grants_of(db: Session, holder_ids: Iterable[str]) -> dict[str, list[Json]]:
    """Holder → [{body, verbs}], in order of body; holders of nothing are left out."""
    held: dict[str, dict[str, list[str]]] = {}
    for grant in db.scalars(select(Grant).where(Grant.holder_id.in_(list(holder_ids))).order_by(Grant.body, Grant.verb)):
        held.setdefault(grant.holder_id, {}).setdefault(grant.body, []).append(grant.verb)
    return {holder_id: [{"body": body, "verbs": verbs} for body, verbs in bodies.items()] for holder_id, bodies in held.items()}


def set_members(db: Session, group_id: str, user_ids: list[str]) -> None:
    db.execute(delete(Membership).where(Membership.group_id == group_id))
    db.add_all(Membership(group_id=group_id, user_id=user_id) for user_id in sorted(set(user_ids)))


def set_groups(db: Session, user_id: str, group_ids: list[str]) -> None:
    db.execute(delete(Membership).where(Membership.user_id == user_id))
    db.add_all(Membership(group_id=group_id, user_id=user_id) for group_id in sorted(set(group_ids)))


def unknown_ids(db: Session, table: type[User] | type[Group], ids: list[str]) -> list[str]:
    """A sentence for each id that is not one of the tenant's."""
    known = set(db.scalars(select(table.id).where(table.id.in_(ids))))
    return [f"No existe: {id[:36]}." for id in dict.fromkeys(ids) if id not in known]


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
