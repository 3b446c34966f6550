"""How every service forgets firms and clients for good.

    TenantErased, ClientsErased → a mark; in the same commit what is held of the clients
        → within seconds: what is held of a firm, in small units of work, and the texts in events that are kept
        → once more, when calls and work that were under way at the mark must be over → done

Idempotent and resumable: the mark says that there is something to do until it is done; being killed anywhere repeats some deleting. From
the mark on nothing late is taken in (see `marks`); what was being written just then is found by the second look. Trap: a service that has
something of its own of a client says so in `forget_clients`, or it stays (a test compares it with the tables).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, String, cast, delete, or_, select, update

from services.chassis.asking import Asking
from services.chassis.database import Database, Store, UnitOfWork
from services.chassis.entrypoints import every, on, rpc
from services.chassis.holdings import destroy_firm, rows_left, tidy
from services.chassis.kept_messages import blank_messages
from services.chassis.marks import mark
from services.contracts.erasing import EVERYBODY
from services.contracts.events import ClientsErased, TenantErased
from services.contracts.message import utc_now
from services.contracts.rpc import INTERNAL, Json

SETTLED_AFTER = timedelta(minutes=10)


class Erasing:
    """A part of every service. `stays`: tables that outlive a firm; a service that has some hears late facts as well: the trail."""

    db: Database | Store
    stays: ClassVar[frozenset[str]] = frozenset()

    @staticmethod
    def forget_clients(db: UnitOfWork, client_ids: Sequence[str]) -> None:
        """Destroy what this service holds of these clients of the firm that is acted for; called more than once."""

    @on(TenantErased, ClientsErased)
    def forget_the_erased(self, db: UnitOfWork, fact: TenantErased | ClientsErased) -> None:
        if isinstance(fact, TenantErased):
            mark(db, [fact.tenant_id])
        else:
            erase_clients(self, db, fact.client_ids)

    @every(seconds=5)
    def finish_erasures(self) -> None:
        marks = due_marks(self.db)
        for tenant_id, ids in marks.items():
            finish(self, tenant_id, ids)
        if marks:
            tidy(self.db, is_whole=any(tenant_id in ids for tenant_id, ids in marks.items()))

    @rpc(needs=INTERNAL, unit=False)
    def erasure(self, asking: Asking, tenant_id: str) -> Json:
        """How far the erasing of a firm is here: {is_known, is_done, rows_left}."""
        erased = self.db.model.Erased
        with self.db.begin() as db:
            known = db.get(erased, tenant_id)
        is_done = known is not None and (known.next_at is None or known.next_at > known.at)
        return {"is_known": known is not None, "is_done": is_done, "rows_left": rows_left(self.db, tenant_id, self.stays)}


def erase_clients(service: Erasing, db: UnitOfWork, client_ids: Sequence[str]) -> None:
    """In the unit of work that says so, or hears of it."""
    mark(db, client_ids)
    forget(service, db, client_ids)


def forget(service: Erasing, db: UnitOfWork, client_ids: Sequence[str]) -> None:
    service.forget_clients(db, client_ids)
    forget_answers(db, client_ids)
    forget_outcomes(db, client_ids)


def forget_outcomes(db: UnitOfWork, ids: Sequence[str], words: Sequence[str] = ()) -> None:
    """What jobs say of these records, or of whatever is called so, becomes a line with an outcome and nothing else."""
    table = getattr(db.store.model, "JobOutcome", None)
    if table is not None:
        said = or_(*(says(table.errors, word) for word in words), table.name.in_(words))
        about = update(table).where(or_(table.subject_id.in_(ids), said))
        db.execute(about.values(subject_id="", name="", errors={}), execution_options={"synchronize_session": False})


def forget_answers(db: UnitOfWork, words: Sequence[str]) -> None:
    """Of what `Idempotency-Key`s were answered, that which has one of these: whoever repeats such a call finds nothing."""
    answers = db.store.model.Answer
    about = or_(*(says(answers.answer, word) for word in words))
    db.execute(delete(answers).where(about), execution_options={"synchronize_session": False})


def says(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a JSON column has the word in it, as JSON writes it: with accents escaped."""
    return cast(column, String).contains(json.dumps(word)[1:-1], autoescape=True)


def due_marks(store: Store) -> dict[str, list[str]]:
    """Firm → those of its marks whose time has come."""
    erased, marks = store.model.Erased, defaultdict(list)
    with store.begin() as db:
        due = select(erased.tenant_id, erased.id).where(erased.next_at <= utc_now()).order_by(erased.at)
        for tenant_id, marked_id in db.execute(due):
            marks[tenant_id].append(marked_id)
    return marks


def finish(service: Erasing, tenant_id: str, ids: list[str]) -> None:
    store: Any = service.db
    if tenant_id in ids:
        destroy_firm(store, tenant_id, service.stays)
        blank_messages(store, tenant_id, EVERYBODY)
    else:
        with store.begin(Asking(tenant_id=tenant_id)) as db:
            forget(service, db, ids)
        blank_messages(store, tenant_id, frozenset(ids))
    look_again(store, ids)


def look_again(store: Store, ids: list[str]) -> None:
    """Once more, some minutes after the mark; then never again."""
    erased, now = store.model.Erased, utc_now()
    with store.begin() as db:
        for row in db.scalars(select(erased).where(erased.id.in_(ids))):
            is_first = row.at + SETTLED_AFTER > now
            row.next_at = row.at + SETTLED_AFTER if is_first else None
