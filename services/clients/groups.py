"""The firm's groups as `clients` knows them: their names, kept from GroupChanged, and which clients are in each.

Trap: somebody who has just made a group puts a client in it before the fact is here. So the groups that a call names and that are not known
yet are asked of `access`, before the unit of work opens. Newer versions win, whichever way they come.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, exists, func, select, update

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.insert import insert_new
from services.chassis.learning import Learning, ids_in
from services.clients.models import Client, ClientGroup, Group
from services.contracts.errors import NotFound
from services.contracts.events import GroupChanged
from services.contracts.rpc import Json, Scope

if TYPE_CHECKING:
    from services.clients.service import ClientsService

AT_MOST = 1000


def groups_told(service: ClientsService, asking: Asking, ids: list[str]) -> list[Json]:
    access, told = service.access.asking(asking), []
    for group_id in ids:
        with suppress(NotFound):
            group = access.group(group_id)
            told.append({"id": group["id"], "name": group["name"], "version": group["version"], "is_deleted": False})
    return told


def keep_groups(db: UnitOfWork, groups: Iterable[Json]) -> None:
    for group in groups:
        keep_group(db, group)


def known_or_deleted(db: UnitOfWork, ids: Iterable[str]) -> frozenset[str]:
    return known_groups(db, ids, deleted=True)


GROUPS = Learning(known_or_deleted, groups_told, keep_groups)


def learn_groups(service: ClientsService, asking: Asking, sent: Any) -> None:
    """Those sent, or the asker's own when none are."""
    wanted = sent or service.access.asking(asking.without_key()).scope()["group_ids"]
    GROUPS.learn(service, asking, ids_in(wanted[:AT_MOST] if isinstance(wanted, list) else None))


def known_groups(db: UnitOfWork, ids: Iterable[str], *, deleted: bool = False) -> frozenset[str]:
    """Those of the ids that are groups of the tenant; with `deleted`, also those that were."""
    found = select(Group.id).where(Group.id.in_(list(ids)))
    return frozenset(db.scalars(found if deleted else found.where(Group.is_deleted.is_(False))))


def has_groups(db: UnitOfWork) -> bool:
    """Whether the firm keeps its clients in groups at all."""
    return db.scalar(select(exists().where(Group.is_deleted.is_(False)))) or False


def keep_fact(db: UnitOfWork, fact: GroupChanged) -> list[str]:
    """Keep what is newer; returns the ids of the clients that were in a group that is gone."""
    is_deleted = fact.change == "deleted"
    keep_group(db, {"id": fact.group_id, "name": fact.name, "version": fact.version, "is_deleted": is_deleted})
    if not is_deleted:
        return []
    gone = delete(ClientGroup).where(ClientGroup.group_id == fact.group_id).returning(ClientGroup.client_id)
    return sorted(db.scalars(gone.execution_options(synchronize_session=False)))


def keep_group(db: UnitOfWork, group: Json) -> None:
    if not insert_new(db, Group, [{**group, "tenant_id": db.asking.tenant_id}], Group.id):
        older = update(Group).where(Group.id == group["id"], Group.version < group["version"])
        db.execute(older.values(**group).execution_options(synchronize_session=False))


def set_members(db: UnitOfWork, client_id: str, current: set[str], wanted: set[str]) -> None:
    """Write the difference."""
    db.execute(delete(ClientGroup).where(ClientGroup.client_id == client_id, ClientGroup.group_id.in_(current - wanted)))
    db.add_all(ClientGroup(client_id=client_id, group_id=group_id) for group_id in sorted(wanted - current))
    db.flush()


def group_ids_of(db: UnitOfWork, client_ids: Iterable[str]) -> dict[str, set[str]]:
    """Client → the groups it is in, in one query."""
    groups: dict[str, set[str]] = {id: set() for id in client_ids}
    found = select(ClientGroup.client_id, ClientGroup.group_id).where(ClientGroup.client_id.in_(list(groups)))
    for client_id, group_id in db.execute(found):
        groups[client_id].add(group_id)
    return groups


def clients_of(db: UnitOfWork, scope: Scope, group_ids: list[str]) -> dict[str, list[str]]:
    """Group → its clients that may be seen. Whoever is in a group sees all its clients, so the group decides."""
    found: dict[str, list[str]] = {group_id: [] for group_id in group_ids}
    shown = [group_id for group_id in group_ids if scope.sees_all_clients or group_id in scope.group_ids]
    members = select(ClientGroup.group_id, ClientGroup.client_id).where(ClientGroup.group_id.in_(shown)).order_by(ClientGroup.client_id)
    for group_id, client_id in db.execute(members):
        found[group_id].append(client_id)
    return found


def sizes_of(db: UnitOfWork, scope: Scope, group_ids: list[str]) -> dict[str, int]:
    """Group → how many of its clients may be seen and are not archived: as many as the list of its clients has."""
    shown = [group_id for group_id in group_ids if scope.sees_all_clients or group_id in scope.group_ids]
    counted = select(ClientGroup.group_id, func.count()).join(Client, Client.id == ClientGroup.client_id)
    found = db.execute(counted.where(ClientGroup.group_id.in_(shown), Client.is_archived.is_(False)).group_by(ClientGroup.group_id))
    return dict.fromkeys(group_ids, 0) | {group_id: count for group_id, count in found}


def set_clients(db: UnitOfWork, group_id: str, current: Iterable[str], wanted: set[str]) -> None:
    """Write the difference; the caller says so of each client that came or went."""
    came, went = wanted - set(current), set(current) - wanted
    db.execute(delete(ClientGroup).where(ClientGroup.group_id == group_id, ClientGroup.client_id.in_(went)))
    db.add_all(ClientGroup(client_id=client_id, group_id=group_id) for client_id in sorted(came))


def named_groups_of(db: UnitOfWork, scope: Scope, client_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Client → name of each of its groups that may be known of; empty for one of which `clients` has not heard yet."""
    groups: dict[str, dict[str, str]] = {id: {} for id in client_ids}
    found = select(ClientGroup.client_id, ClientGroup.group_id, Group.name).outerjoin(Group, Group.id == ClientGroup.group_id)
    for client_id, group_id, name in db.execute(found.where(ClientGroup.client_id.in_(list(groups)))):
        if scope.knows(group_id):
            groups[client_id][group_id] = name or ""
    return groups
