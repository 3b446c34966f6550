"""Erasing a firm, which begins here: the firm is marked, and everybody who holds something of it hears so (see `chassis.erasing`)."""

from __future__ import annotations

from dataclasses import replace

from services.access.settings import tenant_of
from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.chassis.marks import among, mark
from services.contracts.errors import Conflict
from services.contracts.events import TenantErased
from services.contracts.rpc import INTERNAL
from services.contracts.sentences import said

FIRST_SUSPEND = said(
    "El despacho no está suspendido. Suspéndalo antes con `casillero tenant suspend`: así nadie trabaja en él mientras se borra."
)


class ErasingTenants:
    """A part of access."""

    @rpc(needs=INTERNAL)
    def erase_tenant(self, db: UnitOfWork, asking: Asking, tenant_id: str) -> None:
        """There is no way back. Asked again it changes nothing; raises NotFound, or Conflict for a firm that is not suspended."""
        db.act_for(replace(asking, tenant_id=tenant_id))
        if among(db, [tenant_id]):
            return
        if tenant_of(db).suspended_at is None:
            raise Conflict(FIRST_SUSPEND)
        mark(db, [tenant_id])
        db.publish(TenantErased(tenant_id=tenant_id))
