"""What the parts of the service share: its tables, the trail, and whose password is which.

The service is one class made of parts, each a theme with a module of its own; Nameko finds the entrypoints of all of them.
"""

from __future__ import annotations

from services.chassis.asking import Asking
from services.chassis.database import Database
from services.chassis.mail import Mailer
from services.chassis.promises import Promise
from services.chassis.service import Service
from services.sign_in import credentials
from services.sign_in.models import Model
from services.sign_in.passwords import Hashing


class Part(Service):
    name = "sign_in"
    db = Database(Model)
    audit = Promise("audit")
    post = Mailer()
    hashing = Hashing()

    def password_of(self, who: Asking) -> str | None:
        with self.db.begin(who) as db:
            return credentials.hash_of(db, who.user_id)

    def record(self, act: str, who: Asking, subject: str, **detail: str) -> None:
        """Committed in the trail before it happens and before anybody is told."""
        self.audit.record([{"tenant_id": who.tenant_id, "act": act, "user_id": who.user_id, "subject": subject, "detail": detail}])
