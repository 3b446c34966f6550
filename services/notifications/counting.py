"""How much waits for each client, told to whoever lists clients.

Situation: a unit of work may file many notices of one client in many events. The clients that it touches are remembered, and counted once,
just before it commits. Trap: two units that count the same client at once would each miss what the other has filed; so the client's row is
locked first, and whoever comes second counts both. `counted_at` is taken under that lock, so the newest count is the right one.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import case, event, func, select

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.contracts.events import AT_MOST, ClientCount, ClientsCounted
from services.contracts.message import utc_now
from services.notifications.known import lock_clients
from services.notifications.models import Notification

TOUCHED = "touched_clients"


def count_anew(db: UnitOfWork, client_ids: Iterable[str]) -> None:
    """These clients of the tenant that is acted for are counted when the unit of work commits."""
    if TOUCHED not in db.info:
        db.info[TOUCHED] = {}
        event.listen(db, "before_commit", tell_counts, once=True)
    _, touched = db.info[TOUCHED].setdefault(db.asking.tenant_id, (db.asking, set()))
    touched.update(client_ids)


def tell_counts(db: UnitOfWork) -> None:
    tenants: dict[str, tuple[Asking, set[str]]] = db.info[TOUCHED]
    for tenant_id in sorted(tenants):
        asking, touched = tenants[tenant_id]
        db.act_for(asking)
        ids = sorted(touched)
        for start in range(0, len(ids), AT_MOST):
            db.publish(ClientsCounted(counts=tuple(counts_of(db, ids[start : start + AT_MOST]))))
    db.write_outbox()  # What the handlers published has been written by now, so this is not written by itself.


def counts_of(db: UnitOfWork, client_ids: list[str]) -> list[ClientCount]:
    """Pending notifications, and the nearest day by which one that is still available has to be read, whoever is at work on it."""
    lock_clients(db, client_ids)
    open_until = case((Notification.body_state == "available", Notification.read_by))
    pending = func.count().filter(Notification.processing_state == "pending").label("pending")
    unclosed = select(Notification.client_id, pending, func.min(open_until).label("nearest"))
    unclosed = unclosed.where(Notification.client_id.in_(client_ids), Notification.processing_state != "closed")
    counted = {row.client_id: row for row in db.execute(unclosed.group_by(Notification.client_id))}
    now = utc_now()
    return [
        ClientCount(
            client_id=client_id,
            pending=counted[client_id].pending if client_id in counted else 0,
            nearest_read_by=counted[client_id].nearest if client_id in counted else None,
            counted_at=now,
        )
        for client_id in client_ids
    ]
