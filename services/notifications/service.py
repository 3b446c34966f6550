"""What may be asked of the inbox, and what it hears. A notification is filed, listed, read about, worked on."""

from __future__ import annotations

from typing import ClassVar

from services.chassis.asking import Asking
from services.chassis.database import Database, UnitOfWork
from services.chassis.entrypoints import on, rpc
from services.chassis.learning import knowing
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.contracts.events import ClientsChanged, ClientsRegistered, EdictsMatched, NoticesFound
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.notifications import NotificationChanges, NotificationsPage
from services.notifications import filing, known, processing
from services.notifications.assigning import require_assignable, require_processing
from services.notifications.documents import SEALED, Documents, shown, visible_document
from services.notifications.erasing import forget
from services.notifications.listing import described, listed, notification_to_change, visible_notification
from services.notifications.models import Model, Notification


class NotificationsService(Documents, Service):
    name = "notifications"
    db = Database(Model)
    forget_clients = staticmethod(forget)
    opens: ClassVar = {"document_parts.sealed": SEALED}
    clients = Promise("clients")
    audit = Promise("audit")

    @on(NoticesFound)
    def file_notices(self, db: UnitOfWork, fact: NoticesFound) -> None:
        filing.file_notices(db, fact)

    @on(EdictsMatched)
    def file_edicts(self, db: UnitOfWork, fact: EdictsMatched) -> None:
        filing.file_edicts(db, fact)

    @knowing(lambda page: page.get("client"), known.learn_client)
    @rpc(needs=SIGNED_IN)
    def notifications(self, db: UnitOfWork, asking: Asking, page: Json) -> Json:
        return listed(db, asking, checked(NotificationsPage, page))

    @rpc(needs=SIGNED_IN, of=visible_notification)
    def notification(self, db: UnitOfWork, asking: Asking, notification: Notification) -> Json:
        return described(notification)

    @rpc(needs=SIGNED_IN, unit=False)
    def change(self, asking: Asking, notification_id: str, changes: Json) -> Json:
        """Needs notifications.process, judged after the notification was found; whom it is given to has to see its client just now."""
        require_processing(self, asking, notification_id)
        wanted = checked(NotificationChanges, changes)
        require_assignable(self, asking, notification_id, wanted)
        with self.db.begin(asking) as db:
            notification = notification_to_change(self, db, asking, notification_id)
            processing.change(db, notification, wanted)
            return described(notification)

    # ── documents of clients (`documents`) ─────────────────────────────────────────────────────────────────────────────────────

    @rpc(needs=SIGNED_IN, unit=False)
    def read_document(self, asking: Asking, document_id: str) -> Json:
        """What is said of a document whose parts are asked for next; the trail has it before it is answered."""
        with self.db.begin(asking) as db:
            found = shown(visible_document(self, db, asking, document_id))
        entry = {"tenant_id": asking.tenant_id, "act": "read_document", "user_id": asking.user_id, "subject": document_id}
        self.audit.record([entry | {"detail": {"client_id": found["client_id"], "size": found["size"]}}])
        return found

    # ── what others know ───────────────────────────────────────────────────────────────────────────────────────────────────────

    @on(ClientsRegistered, ClientsChanged)
    def keep_clients(self, db: UnitOfWork, fact: ClientsRegistered | ClientsChanged) -> None:
        known.keep_clients(db, fact.clients)
