"""Grants: what a user or a group may do at the mailboxes of a body. Each change is told by its verbs, whoever makes it and by what way.

Traps: a list that is sent with a user or a group replaces what they hold, so only a list that changes something needs the capability.
A holder's version moves with its grants, so that who edits it with an old copy does not bring back what was taken.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Select, delete, func, or_, select, tuple_
from sqlalchemy.orm import Session

from services.access.models import Grant, Group, User
from services.access.settings import tenant_of
from services.access.sight import groups_seen, sees_all_users
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.errors import NotFound, StaleVersion
from services.contracts.events import GrantedVerb, GrantsChanged
from services.contracts.rpc import SIGNED_IN, Json, Scope
from services.contracts.schemas import checked
from services.contracts.schemas.grants import GivenGrant, GrantsPage, SetGrant, TakenGrant
from services.contracts.schemas.paging import sort_terms, words
from services.contracts.schemas.people import VERBS

Pairs = set[tuple[str, str]]


def pairs_of(grants: Iterable[Json]) -> Pairs:
    """[{body, verbs}] as pairs (body, verb)."""
    return {(grant["body"], verb) for grant in grants for verb in grant["verbs"]}


def held_by(db: Session, holder_id: str) -> Pairs:
    return {(body, verb) for body, verb in db.execute(select(Grant.body, Grant.verb).where(Grant.holder_id == holder_id))}


def replace_all(db: UnitOfWork, holder: User | Group, grants: list[Json]) -> None:
    """From now on the holder has these [{body, verbs}]. Raises NotAllowed when that changes something and who asks may not."""
    wanted, before = pairs_of(grants), held_by(db, holder.id)
    if wanted != before:
        db.asking.require("grants.manage")
        write(db, holder, wanted - before, before - wanted)


def write(db: UnitOfWork, holder: User | Group, given: Pairs, taken: Pairs) -> None:
    """`given` are new and `taken` are held. Tells of it with the version that the holder has by now."""
    if taken:
        db.execute(delete(Grant).where(Grant.holder_id == holder.id, tuple_(Grant.body, Grant.verb).in_(sorted(taken))))
    db.add_all(Grant(holder_id=holder.id, body=body, verb=verb) for body, verb in sorted(given))
    if given or taken:
        told = [tuple(GrantedVerb(body=body, verb=verb) for body, verb in sorted(pairs)) for pairs in (given, taken)]
        kind = "user" if isinstance(holder, User) else "group"
        fact = GrantsChanged(holder_id=holder.id, holder_kind=kind, given=told[0], taken=told[1], version=holder.version)
        db.publish(fact)


def change(db: UnitOfWork, holder: User | Group, given: Pairs, taken: Pairs, version: int | None) -> None:
    """Give and take what is not so already; raises StaleVersion when the holder is not at the version that was sent."""
    if version is not None and version != holder.version:
        raise StaleVersion()
    before = held_by(db, holder.id)
    given, taken = given - before, taken & before
    if given or taken:
        holder.version += 1
        write(db, holder, given, taken)


def holder_of(db: Session, named: Json) -> User | Group:
    """The user or group that {user_id or group_id} names, nobody else's until the unit ends; raises NotFound."""
    holder: User | Group | None
    tenant_of(db)  # Before the holder, as every change of a user or a group does.
    if "user_id" in named:
        holder = db.scalars(select(User).where(User.id == named["user_id"])).one_or_none()
    else:
        holder = db.scalars(select(Group).where(Group.id == named["group_id"])).one_or_none()
    if holder is None:
        raise NotFound()
    return holder


def grants_of(db: Session, holder_ids: Iterable[str]) -> dict[str, list[Json]]:
    """Holder → [{body, verbs}], in order of body; holders of nothing are left out."""
    held: dict[str, dict[str, list[str]]] = {}
    for grant in db.scalars(select(Grant).where(Grant.holder_id.in_(list(holder_ids))).order_by(Grant.body, Grant.verb)):
        held.setdefault(grant.holder_id, {}).setdefault(grant.body, []).append(grant.verb)
    return {holder_id: [{"body": body, "verbs": verbs} for body, verbs in bodies.items()] for holder_id, bodies in held.items()}


def matching(scope: Scope, page: Json) -> Select[str, str]:
    """Pairs (holder, body) of the holders that may be seen."""
    found = select(Grant.holder_id, Grant.body).distinct()
    whose = select(User.id) if sees_all_users(scope) else select(User.id).where(User.id == scope.user_id)
    found = found.where(or_(Grant.holder_id.in_(whose), Grant.holder_id.in_(groups_seen(scope).with_only_columns(Group.id))))
    for name in ("user", "group"):
        if name in page:
            found = found.where(Grant.holder_id == page[name])
    return found.where(Grant.body.in_(words(page["body"]))) if page.get("body") else found


def listed(db: Session, scope: Scope, page: Json) -> Json:
    """One page of `schemas.grants.HolderGrant`."""
    found = matching(scope, page)
    total = db.scalar(select(func.count()).select_from(found.subquery()))
    downwards = dict(sort_terms(page["sort"])).get("body", False)
    order = Grant.body.desc() if downwards else Grant.body
    number, size = page["page"], page["page_size"]
    rows = db.execute(found.order_by(order, Grant.holder_id).limit(size).offset((number - 1) * size))
    pairs = [(holder_id, body) for holder_id, body in rows]
    return {"items": described(db, pairs), "total": total, "page": number, "page_size": size}


def described(db: Session, pairs: list[tuple[str, str]]) -> list[Json]:
    """As `schemas.grants.HolderGrant`, for each (holder, body); a holder without a grant there has no verbs."""
    ids = {holder_id for holder_id, _ in pairs}
    held = {(holder_id, grant["body"]): grant["verbs"] for holder_id, grants in grants_of(db, ids).items() for grant in grants}
    users, groups = versions_of(db, User, ids), versions_of(db, Group, ids)
    return [
        {
            "user_id": holder_id if holder_id in users else None,
            "group_id": holder_id if holder_id in groups else None,
            "body": body,
            "verbs": held.get((holder_id, body), []),
            "version": users.get(holder_id) or groups[holder_id],
        }
        for holder_id, body in pairs
    ]


def versions_of(db: Session, table: type[User] | type[Group], ids: set[str]) -> dict[str, int]:
    return {id: version for id, version in db.execute(select(table.id, table.version).where(table.id.in_(ids)))}


class Grants:
    """What may be asked of grants. All holders are seen by who may give, so that for others nothing is found or missed."""

    @rpc(needs=SIGNED_IN)
    def grants(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        return listed(db, asking.scope, checked(GrantsPage, page))

    @rpc(needs="grants.manage")
    def give_grant(self, db: UnitOfWork, asking: Asking, grant: Json) -> Json:
        new = checked(GivenGrant, grant)
        return changed(db, new, pairs_of([new]), set())

    @rpc(needs="grants.manage")
    def set_grant(self, db: UnitOfWork, asking: Asking, grant: Json) -> Json:
        new = checked(SetGrant, grant)
        wanted = pairs_of([new])
        return changed(db, new, wanted, {(new["body"], verb) for verb in VERBS} - wanted)

    @rpc(needs="grants.manage")
    def take_grant(self, db: UnitOfWork, asking: Asking, grant: Json) -> Json:
        gone = checked(TakenGrant, grant)
        return changed(db, gone, set(), {(gone["body"], verb) for verb in words(gone["verbs"])})


def changed(db: UnitOfWork, named: Json, given: Pairs, taken: Pairs) -> Json:
    """What the named holder has at the body after it."""
    holder = holder_of(db, named)
    change(db, holder, given, taken, named.get("version"))
    return described(db, [(holder.id, named["body"])])[0]
