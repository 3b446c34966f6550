"""The portals of a firm: those that ship, as the firm changed them, and its own.

A firm that has changed nothing has no rows: it has what ships, and what ships better in a later version. A row of a shipped portal says
what is different (`said`, empty: nothing) or that it was removed; it stays when the portal is restored, so that its version only grows. A
portal of the firm's own that is removed is gone.

Portals decide where a client's certificate may go, so every change is an act with the hosts that were allowed by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from sqlalchemy import func, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.folding import fold
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict, NotFound, StaleVersion
from services.contracts.events import PortalChanged
from services.contracts.message import new_id
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.paging import Id
from services.contracts.schemas.portals import NewPortal, PortalChanges, PortalVersion
from services.contracts.sentences import said
from services.mailbox_sync.models import Portal
from services.mailbox_sync.shipped_portals import SHIPPED

if TYPE_CHECKING:
    from services.mailbox_sync.service import MailboxSyncService

MOST_OF_A_FIRM: Final = 100
SAID: Final = ("name", "actions", "login_hosts")


def known_portal(service: MailboxSyncService, db: UnitOfWork, asking: Asking, portal_id: str) -> Portal:
    """Its row, locked; that of a shipped one is made when it is first wanted. Raises NotFound."""
    if portal_id in SHIPPED:
        as_shipped = {"tenant_id": asking.tenant_id, "id": portal_id, "said": None, "is_removed": False, "version": 1}
        insert_new(db, Portal, [as_shipped], Portal.id)
    row = db.scalars(select(Portal).where(Portal.id == portal_id).with_for_update()) if Id.SHAPE.fullmatch(portal_id) else None
    found = row.one_or_none() if row else None
    if found is None:
        raise NotFound()
    return found


def portal_to_change(service: MailboxSyncService, db: UnitOfWork, asking: Asking, portal_id: str) -> Portal:
    """The same, unless it was removed."""
    found = known_portal(service, db, asking, portal_id)
    if found.is_removed:
        raise NotFound()
    return found


class Portals:
    """What may be asked of portals. Whoever is signed in may read them; who looks after the firm's settings changes them."""

    @rpc(needs=SIGNED_IN)
    def portals(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return [shown(row) for row in all_of(db) if not row.is_removed]

    @rpc(needs="settings.manage")
    def removed_portals(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return [shown(row) for row in all_of(db) if row.is_removed]

    @rpc(needs="settings.manage")
    def add_portal(self, db: UnitOfWork, asking: Asking, new_portal: Json) -> Json:
        new = checked(NewPortal, new_portal)
        if (db.scalar(select(func.count()).select_from(Portal)) or 0) >= MOST_OF_A_FIRM:
            raise Conflict(said("El despacho ya tiene {most} portales. Quite alguno antes de añadir otro.", most=MOST_OF_A_FIRM))
        row = Portal(id=new_id(), said=new, is_removed=False, version=1)
        db.add(row)
        announce(db, row, "created")
        return shown(row)

    @rpc(needs="settings.manage", of=portal_to_change)
    def change_portal(self, db: UnitOfWork, asking: Asking, portal: Portal, changes: Json) -> Json:
        wanted = checked(PortalChanges, changes)
        at_version(portal, wanted.pop("version"))
        portal.said = said_of(portal) | wanted
        announce(db, portal, "changed")
        return shown(portal)

    @rpc(needs="settings.manage", of=portal_to_change)
    def remove_portal(self, db: UnitOfWork, asking: Asking, portal: Portal, version: int) -> None:
        at_version(portal, version)
        if portal.id in SHIPPED:
            portal.is_removed = True
        else:
            db.delete(portal)
        announce(db, portal, "removed")

    @rpc(needs="settings.manage", of=known_portal)
    def restore_portal(self, db: UnitOfWork, asking: Asking, portal: Portal, which: Json) -> Json:
        """As it ships: what the firm changed is given up, and a removed one is back."""
        if portal.id not in SHIPPED:
            raise Conflict(said("Este portal es del despacho: no hay otro de serie que recuperar."))
        at_version(portal, checked(PortalVersion, which)["version"])
        portal.said, portal.is_removed = None, False
        announce(db, portal, "restored")
        return shown(portal)


def all_of(db: UnitOfWork) -> list[Portal]:
    """The firm's own by name, because it added what it uses, then those that ship in their order."""
    kept = {row.id: row for row in db.scalars(select(Portal))}
    shipped = [kept.get(code) or Portal(id=code, said=None, is_removed=False, version=1) for code in SHIPPED]
    own = [row for row in kept.values() if row.id not in SHIPPED]
    return sorted(own, key=lambda row: (fold(said_of(row)["name"]), row.id)) + shipped


def said_of(portal: Portal) -> Json:
    """{name, actions, login_hosts}"""
    return portal.said or SHIPPED[portal.id]


def at_version(portal: Portal, version: int) -> None:
    """The row goes on to its next version; raises StaleVersion."""
    if version != portal.version:
        raise StaleVersion()
    portal.version += 1


def announce(db: UnitOfWork, portal: Portal, change: str) -> None:
    db.publish(PortalChanged(portal_id=portal.id, change=change, hosts=tuple(hosts_of(said_of(portal))), version=portal.version))


def hosts_of(said: Json) -> list[str]:
    """Those of its addresses and those of its login, without any that stands below another one."""
    return outermost([*(urlsplit(action["url"]).hostname or "" for action in said["actions"]), *said["login_hosts"]])


def outermost(hosts: Iterable[str]) -> list[str]:
    found = sorted(set(hosts))
    return [host for host in found if not any(host.endswith(f".{other}") for other in found)]


def shown(portal: Portal) -> Json:
    """As `schemas.portals.Portal`."""
    said = said_of(portal)
    is_shipped = portal.id in SHIPPED
    states = {"is_shipped": is_shipped, "is_changed": is_shipped and portal.said not in (None, SHIPPED[portal.id])}
    return {"id": portal.id, **{name: said[name] for name in SAID}, "hosts": hosts_of(said), **states, "version": portal.version}
