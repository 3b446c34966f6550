"""How each use of a certificate ended, told in the commit in which the check ends, for the trail.

The trail has the use from before the key was released, as entry `use_id`. A worker that dies, or loses its database, tells nothing: a use
without an end may have happened.
"""

from __future__ import annotations

from collections.abc import Iterable

from services.chassis.database import UnitOfWork
from services.contracts.events import CertificateUsesEnded, EndedUse
from services.mailbox_sync.checks import Check


def tell_used(db: UnitOfWork, checks: Iterable[Check]) -> None:
    """The bodies answered whole. All of the tenant that is acted for."""
    publish(db, [ended(check, "used") for check in checks])


def tell_failed(db: UnitOfWork, check: Check, code: str) -> None:
    publish(db, [ended(check, "unused" if check.asked_s is None else "failed", code)])


def ended(check: Check, outcome: str, code: str = "") -> EndedUse:
    return EndedUse(use_id=check.use_id, certificate_id=check.certificate_id, user_id=check.user_id, outcome=outcome, code=code)


def publish(db: UnitOfWork, uses: list[EndedUse]) -> None:
    """A check for which no key was released used none."""
    released = tuple(use for use in uses if use.use_id)
    if released:
        db.publish(CertificateUsesEnded(uses=released))
