"""Who of a firm may see which of its people and groups.

One's own user and groups are known to everybody. All groups are to who manages groups or grants or sees every client; all people to who
manages users, or puts them into groups, or gives them grants.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Select, select

from services.access.models import Group
from services.chassis.asking import Asking
from services.contracts.errors import NotAllowed
from services.contracts.rpc import Scope
from services.contracts.sentences import said

SEES_ALL_GROUPS: Final = frozenset({"groups.manage", "grants.manage", "clients.all"})
SEES_ALL_USERS: Final = frozenset({"users.manage", "groups.manage", "grants.manage"})


def groups_seen(scope: Scope) -> Select[Group]:
    found = select(Group)
    return found if SEES_ALL_GROUPS & scope.capabilities else found.where(Group.id.in_(scope.group_ids))


def sees_all_users(scope: Scope) -> bool:
    return bool(SEES_ALL_USERS & scope.capabilities)


def require_all_users(asking: Asking) -> None:
    """Raises NotAllowed."""
    if not sees_all_users(asking.scope):
        raise NotAllowed(said("Su rol no le permite ver a los usuarios del despacho. Pídaselo a quien los administra."))
