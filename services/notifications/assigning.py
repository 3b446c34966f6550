"""To whom a notification may be given: an active person of the firm who may see its client, or else they would never find it.

`access` is asked at the moment of giving, before the unit of work. Somebody who loses sight of the client later keeps what was given to
them, and does not see it; whoever sees it gives it to another person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotSignedIn
from services.contracts.rpc import Json, Scope
from services.contracts.sentences import said
from services.notifications.listing import visible_notification
from services.notifications.models import ClientGroup

if TYPE_CHECKING:
    from services.notifications.service import NotificationsService

NOBODY: Final = said("No es una persona activa del despacho.")
BLIND: Final = said("Esa persona no puede ver a este cliente. Añádala antes a uno de los grupos del cliente, o elija a otra.")


def require_processing(service: NotificationsService, asking: Asking, notification_id: str) -> None:
    """Raises NotFound before NotAllowed: what one may not see is not found, whatever one may do."""
    with service.db.begin(asking) as db:
        visible_notification(service, db, asking, notification_id)
    asking.require("notifications.process")


def require_assignable(service: NotificationsService, asking: Asking, notification_id: str, changes: Json) -> None:
    """`changes` as loaded; raises Invalid. Oneself and whoever has it already are not asked about."""
    wanted = changes.get("assignee_id")
    with service.db.begin(asking) as db:
        notification = visible_notification(service, db, asking, notification_id)
        groups = db.scalars(select(ClientGroup.group_id).where(ClientGroup.client_id == notification.client_id)).all()
        known = (None, asking.user_id, notification.assignee_id)
    if wanted not in known and not scope_of(service, asking, wanted).sees(frozenset(groups)):
        raise Invalid.field("assignee_id", BLIND)


def scope_of(service: NotificationsService, asking: Asking, user_id: str) -> Scope:
    """What somebody of the same firm may see; raises Invalid for nobody."""
    try:
        return Scope.from_wire(service.access.asking(Asking(tenant_id=asking.tenant_id, user_id=user_id)).scope())
    except NotSignedIn:
        raise Invalid.field("assignee_id", NOBODY) from None
