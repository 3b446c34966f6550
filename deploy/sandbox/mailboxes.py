"""The mailboxes that the bodies keep: what lies in each, what became of it, and every act that was received.

States of a notice, as LEMA names them:

    pending ──opened──▶ ACEPTADA (notification) or LEIDA (communication)
       └──read_by passes, by the sandbox's own clock──▶ EXPIRADA (notifications only)

Invariants: a notice leaves `pending` once and never comes back; the act that makes it leave is recorded under the same lock, so the
count of acts is the truth about what had legal effect; expiry is worked out whenever a mailbox is looked at, never by a timer.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

MADRID = ZoneInfo("Europe/Madrid")
PENDING, ACCEPTED, READ, EXPIRED = "PENDIENTE", "ACEPTADA", "LEIDA", "EXPIRADA"


@dataclass(frozen=True)
class Document:
    """A file of a notice; `reference` names an annex at LEMA."""

    name: str
    mime: str
    content: bytes
    reference: str = ""


@dataclass(frozen=True)
class Office:
    """An issuing body: DIR3 code and name."""

    code: str
    name: str


@dataclass
class Notice:
    """One notice of one mailbox. Instants are aware; `expires_at` is None for communications."""

    body: str
    reference: str
    holder_tax_id: str
    holder_name: str
    kind: str
    subject: str
    issuer: Office
    issuer_root: Office
    available_at: datetime
    expires_at: datetime | None
    csv: str
    origin_code: int = 2
    description: str = ""
    addressee_tax_id: str = ""
    documents: tuple[Document, ...] = ()
    annexes: tuple[Document, ...] = ()
    state: str = PENDING
    done_at: datetime | None = None
    opened_by: str = ""
    opened_elsewhere: bool = False
    reads: int = field(default=0)

    @property
    def is_notification(self) -> bool:
        return self.kind == "notification"


@dataclass(frozen=True)
class Act:
    """An opening that a body received: who, when, with which certificate (its NIF; empty when it came by another way)."""

    body: str
    reference: str
    operation: str
    at: str
    holder_tax_id: str
    certificate: str


class UnknownNotice(LookupError):
    """The body has no such notice."""


class Mailboxes:
    """All mailboxes of all bodies, under one lock."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._notices: dict[tuple[str, str], Notice] = {}
        self._by_person: dict[tuple[str, str], list[Notice]] = defaultdict(list)
        self._acts: list[Act] = []

    def put(self, notice: Notice) -> None:
        """Raises ValueError when the body has that reference already."""
        with self._lock:
            if (notice.body, notice.reference) in self._notices:
                raise ValueError(f"{notice.body} already holds the reference {notice.reference}")
            self._notices[notice.body, notice.reference] = notice
            for person in {notice.holder_tax_id, notice.addressee_tax_id} - {""}:
                self._by_person[notice.body, person].append(notice)

    def put_once(self, notice: Notice) -> None:
        """As `put`, but a notice whose reference the body holds already is left as it stands there."""
        with self._lock:
            if (notice.body, notice.reference) not in self._notices:
                self.put(notice)

    def find(self, body: str, reference: str) -> Notice:
        """Raises UnknownNotice."""
        with self._lock:
            notice = self._notices.get((body, reference))
            if notice is None:
                raise UnknownNotice(f"{body} has no notice {reference}")
            return self._expired_if_late(notice)

    def holder_of(self, body: str, reference: str) -> str:
        """The holder's tax id, empty when the body has no such notice."""
        notice = self._notices.get((body, reference))
        return notice.holder_tax_id if notice else ""

    def of(self, body: str, tax_id: str, keep: Callable[[Notice], bool]) -> list[Notice]:
        """The notices held by or addressed to a person that `keep` wants, newest first."""
        with self._lock:
            notices = [self._expired_if_late(notice) for notice in self._by_person.get((body, tax_id), ())]
        return sorted(filter(keep, notices), key=lambda notice: (notice.available_at, notice.reference), reverse=True)

    def open(self, notice: Notice, operation: str, certificate: str, *, elsewhere: bool = False) -> bool:
        """The legal act. False, and nothing recorded, when the notice is no longer pending."""
        with self._lock:
            if self._expired_if_late(notice).state != PENDING:
                return False
            notice.state = ACCEPTED if notice.is_notification else READ
            notice.done_at, notice.opened_by, notice.opened_elsewhere = self._now(), certificate, elsewhere
            self._acts.append(Act(notice.body, notice.reference, operation, notice.done_at.isoformat(), notice.holder_tax_id, certificate))
            return True

    def read_again(self, notice: Notice, at_most: int) -> bool:
        """Counts one reading of a done notice; False when it was read `at_most` times already."""
        with self._lock:
            if notice.reads >= at_most:
                return False
            notice.reads += 1
            return True

    def acts(self, body: str | None, reference: str | None) -> list[dict[str, str]]:
        with self._lock:
            return [asdict(act) for act in self._acts if body in (None, act.body) and reference in (None, act.reference)]

    def contents(self, body: str | None, holder_tax_id: str | None) -> Iterable[Notice]:
        """Every notice, for the side door."""
        with self._lock:
            return [
                self._expired_if_late(notice)
                for notice in self._notices.values()
                if body in (None, notice.body) and holder_tax_id in (None, notice.holder_tax_id)
            ]

    def _expired_if_late(self, notice: Notice) -> Notice:
        if notice.state == PENDING and notice.expires_at and self._now() >= notice.expires_at:
            notice.state, notice.done_at = EXPIRED, notice.expires_at
        return notice


def expiry_of(available_at: datetime) -> datetime:
    """When a notification counts as rejected: 00:00 in Madrid of the 11th natural day after it was made available (Ley 39/2015, 43.2)."""
    last_day = available_at.astimezone(MADRID).date() + timedelta(days=10)
    return datetime.combine(last_day + timedelta(days=1), time(), MADRID).astimezone(UTC)
