"""Roles: sets of capabilities. The four that ship are the same in every firm, so they are copied and the copies are changed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.access.models import Role, User
from services.access.rules import CAPABILITIES, SHIPPED_ROLES
from services.access.safeguards import capabilities_of, require_safe
from services.access.settings import tenant_of
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.errors import Conflict, NotFound, StaleVersion
from services.contracts.events import RoleChanged
from services.contracts.message import new_id
from services.contracts.rpc import Json
from services.contracts.schemas import checked
from services.contracts.schemas.roles import NewRole, RoleChanges
from services.contracts.sentences import said


def is_shipped(role: Role) -> bool:
    """Names are unique in a firm, and these four are never renamed."""
    return role.name in SHIPPED_ROLES


def find(db: Session, role_id: str) -> Role:
    role = db.scalars(select(Role).where(Role.id == role_id)).one_or_none()
    if role is None:
        raise NotFound()
    return role


def faults(db: Session, given: Json) -> dict[str, list[str]]:
    """What is named in a body of right shape and does not exist, by field."""
    is_known = "copy_of" not in given or db.scalar(select(Role.id).where(Role.id == given["copy_of"]))
    unknown = [each for each in given.get("capabilities", []) if each not in CAPABILITIES]
    return {
        "copy_of": [] if is_known else [said("No existe.")],
        "capabilities": [said("No existe «{name}».", name=each) for each in unknown],
    }


def create(db: UnitOfWork, new: Json) -> Role:
    """`new` is without `faults`. Raises Conflict (a name that is taken)."""
    capabilities = find(db, new["copy_of"]).capabilities if "copy_of" in new else new["capabilities"]
    role = Role(id=new_id(), name=new["name"], capabilities=in_order(capabilities), version=1)
    db.add(role)
    written(db)
    announce(db, role, "created")
    return role


def change(db: UnitOfWork, role: Role, changes: Json) -> None:
    """`changes` are without `faults`. Raises Conflict (shipped, a taken name, the last administrator), StaleVersion or NotAllowed."""
    require_own(role, changes["version"])
    own_before = capabilities_of(db, db.asking.user_id)
    role.version += 1
    role.name = changes.get("name", role.name)
    role.capabilities = in_order(changes.get("capabilities", role.capabilities))
    written(db)
    require_safe(db, own_before)
    announce(db, role, "changed")


def remove(db: UnitOfWork, role: Role, version: int) -> None:
    """Raises Conflict (one that ships, one that somebody has) or StaleVersion."""
    require_own(role, version)
    count = holders(db).get(role.id, 0)
    if count:
        one, more = said("1 usuario tiene este rol. Dele antes otro."), said("{count} usuarios tienen este rol. Dé antes otro a cada uno.")
        raise Conflict(one if count == 1 else more.format(count=count))
    role.version += 1
    announce(db, role, "deleted")
    db.delete(role)


def require_own(role: Role, version: int) -> None:
    """Raises Conflict for a role that ships, StaleVersion for an old copy of one of the firm's own."""
    if is_shipped(role):
        raise Conflict(said("Los cuatro roles de serie no se cambian ni se borran. Cópielo y cambie la copia."))
    if version != role.version:
        raise StaleVersion()


def in_order(capabilities: Sequence[str]) -> list[str]:
    return [each for each in CAPABILITIES if each in capabilities]


def written(db: UnitOfWork) -> None:
    """Write the role's row; raises Conflict when the name is another role's."""
    try:
        db.flush()
    except IntegrityError as error:
        reason = said("Ya hay un rol con este nombre. Elija otro.")
        raise Conflict(reason, {"name": [reason]}) from error


def announce(db: UnitOfWork, role: Role, change: str) -> None:
    db.publish(RoleChanged(role_id=role.id, change=change, capabilities=tuple(role.capabilities), version=role.version))


def holders(db: Session) -> dict[str, int]:
    """Role → how many users have it, disabled ones too; a role that nobody has is left out."""
    return {role_id: count for role_id, count in db.execute(select(User.role_id, func.count()).group_by(User.role_id))}


def described(db: Session, roles: Sequence[Role]) -> list[Json]:
    """As `schemas.roles.Role`."""
    held = holders(db)
    shown = ("id", "name", "capabilities", "version")
    return [
        {name: getattr(role, name) for name in shown} | {"is_shipped": is_shipped(role), "users": held.get(role.id, 0)} for role in roles
    ]


def known_role(service: Roles, db: UnitOfWork, asking: Asking, role_id: str) -> Role:
    """Roles are no secret in their firm: who may not manage them is told that, and not that they do not exist."""
    return find(db, role_id)


def role_to_change(service: Roles, db: UnitOfWork, asking: Asking, role_id: str) -> Role:
    tenant_of(db)
    return find(db, role_id)


class Roles:
    """What may be asked of roles."""

    @rpc(needs="users.manage")
    def roles(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return described(db, db.scalars(select(Role).order_by(Role.name)).all())

    @rpc(needs="users.manage", of=known_role)
    def role(self, db: UnitOfWork, asking: Asking, role: Role) -> Json:
        return described(db, [role])[0]

    @rpc(needs="users.manage")
    def create_role(self, db: UnitOfWork, asking: Asking, new_role: Json) -> Json:
        asking.require_whole()
        return described(db, [create(db, checked(NewRole, new_role, partial(faults, db)))])[0]

    @rpc(needs="users.manage", of=role_to_change)
    def change_role(self, db: UnitOfWork, asking: Asking, role: Role, changes: Json) -> Json:
        asking.require_whole()
        change(db, role, checked(RoleChanges, changes, partial(faults, db)))
        return described(db, [role])[0]

    @rpc(needs="users.manage", of=role_to_change)
    def delete_role(self, db: UnitOfWork, asking: Asking, role: Role, version: int) -> None:
        asking.require_whole()
        remove(db, role, version)
