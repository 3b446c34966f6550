"""What every service class starts from."""

from __future__ import annotations

from sqlalchemy import delete, func, select

from services.chassis.asking import Asking, WhoAsks
from services.chassis.database import Database, Store, UnitOfWork
from services.chassis.entrypoints import every, rpc
from services.chassis.erasing import Erasing
from services.chassis.firm_copy import CopyingFirms
from services.chassis.metrics import PARKED, UNSENT
from services.chassis.parked import handlers_due, summary
from services.chassis.promises import Promise
from services.chassis.relay import KEEP_SENT, forget_sent
from services.contracts.message import utc_now
from services.contracts.rpc import SIGNED_IN, Json, Scope

KEEP_HANDLED = 30 * KEEP_SENT


class Service(Erasing, CopyingFirms):
    """A subclass gives `name` and `db = Database(Model)`.

    It inherits who asks and what they may, the upkeep of its message tables, and how firms and clients are handed over and forgotten.
    """

    name: str
    db: Database | Store
    asking = WhoAsks()
    access = Promise("access")

    def standing_of(self, asking: Asking) -> Scope:
        """What who asks may see and do just now; raises NotSignedIn for a user who is not active."""
        return Scope.from_wire(self.access.scope())

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def together(self, asking: Asking, questions: dict[str, list]) -> Json:
        """What several methods that only read answer, in one transaction: who asks is looked up once. One that is refused refuses all."""
        with self.db.begin(asking) as db:
            return {name: getattr(type(self), name).read(self, db, asking, args, {}) for name, args in questions.items()}

    @rpc(needs="settings.manage")
    def parked_summary(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return summary(db)

    @every(seconds=5)
    def retry_parked(self) -> None:
        with self.db.begin() as db:
            waiting = handlers_due(db)
            self._measure(db)
        for name in waiting:
            # What a handler of an older version could not deal with waits for an operator.
            if (handler := getattr(type(self), name, None)) is not None:
                handler.retry(self)

    @every(seconds=3600)
    def forget_old_messages(self) -> None:
        handled = self.db.model.Handled
        forget_sent(self.db)
        with self.db.begin() as db:
            db.execute(delete(handled).where(handled.at < utc_now() - KEEP_HANDLED))

    def _measure(self, db: UnitOfWork) -> None:
        outgoing, parked = self.db.model.Outgoing, self.db.model.Parked
        oldest = db.scalar(select(func.min(outgoing.id)).where(outgoing.sent_at.is_(None)))
        PARKED.labels(self.name).set(db.scalar(select(func.count()).select_from(parked)) or 0)
        age_s = utc_now().timestamp() - int(oldest.replace("-", "")[:12], 16) / 1000 if oldest else 0
        UNSENT.labels(self.name).set(max(age_s, 0))
