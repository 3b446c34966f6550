"""Which trails are to be looked through, and how the trails of this host are: gauges without anybody's name."""

from __future__ import annotations

from prometheus_client import Gauge
from sqlalchemy import func, or_, select

from services.audit.models import Trail
from services.chassis.database import Store
from services.contracts.message import utc_now

GROWN = 10_000
CHECKPOINT_AGE = Gauge("casillero_audit_checkpoint_age_seconds", "Age of the oldest last checkpoint of the trails that grew since theirs")
BROKEN = Gauge("casillero_audit_broken_trails", "Trails that are not as they were written or signed; none of them is signed again")


def due(store: Store) -> list[str]:
    """The tenants whose trail was not looked through for a period, or grew by 10,000 entries since it was signed."""
    has_grown = (Trail.size - Trail.signed_size >= GROWN) & Trail.fault.is_(None)
    with store.begin() as db:
        return list(db.scalars(select(Trail.tenant_id).where(or_(Trail.next_at.is_(None), Trail.next_at <= utc_now(), has_grown))))


def measure(store: Store) -> None:
    with store.begin() as db:
        oldest = db.scalar(select(func.min(Trail.signed_at)).where(Trail.size > Trail.signed_size))
        BROKEN.set(db.scalar(select(func.count()).select_from(Trail).where(Trail.fault.is_not(None))) or 0)
    CHECKPOINT_AGE.set((utc_now() - oldest).total_seconds() if oldest else 0)
