"""What the firm has set and clients need: how many days before it ends a certificate is worth a warning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import on
from services.chassis.insert import insert_new
from services.clients.models import Firm
from services.clients.warnings import LONGEST_WARNING_DAYS
from services.contracts.events import TenantSettingsChanged
from services.contracts.message import utc_now


@dataclass(frozen=True)
class Moment:
    """When it is asked, and how many days before its end the firm wants to hear of a certificate."""

    now: datetime
    warning_days: int


def this_moment(db: Session) -> Moment:
    found = db.scalar(select(Firm.certificate_warning_days))
    return Moment(utc_now(), LONGEST_WARNING_DAYS if found is None else found)


class KeepingSettings:
    """What clients hear of the firm's settings."""

    @on(TenantSettingsChanged)
    def keep_settings(self, db: UnitOfWork, fact: TenantSettingsChanged) -> None:
        told = {"certificate_warning_days": fact.certificate_warning_days, "version": fact.version}
        if not insert_new(db, Firm, [{"tenant_id": db.asking.tenant_id, **told}], Firm.tenant_id):
            db.execute(update(Firm).where(Firm.version < fact.version).values(told))
