"""Everything the sandbox remembers, in one place: settings, clock, registrations, mailboxes, faults, and what was asked of it.

All of it is in memory and shared by the threads of the server; each part guards itself with its own lock and none calls another
while holding it. `reset` empties all parts but the registrations, which are set-up like the certificate authority: they stay, and a
certificate that was told to be unregistered is registered again, because that is a trouble like a fault.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from .faults import Faults
from .mailboxes import Mailboxes
from .teu import Bulletin


@dataclass(frozen=True)
class Settings:
    """What differs between bodies, environments or readings of the official text; changed by `POST /_control/settings`."""

    sha1_allowed: bool = False
    freshness_s: float = 300
    environment: str = "pro"
    client_certificate: bool = True
    answer_digest: str = "sha1"
    page_size: int = 50
    realized_days: float = 16
    reads: int = 3
    papers_within_s: float | None = None


class Clock:
    """The sandbox's own time: the wall's until it is set, then it runs on from the instant it was set to."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def set(self, now: datetime | None) -> None:
        """Set to an aware instant; None gives wall time back."""
        self._ahead = now - datetime.now(UTC) if now else timedelta(0)


@dataclass(frozen=True)
class Registration:
    """What a body knows of a certificate: for whose items it may ask besides its own NIF's, each named or anybody's."""

    registered: bool = True
    holder_tax_ids: frozenset[str] = frozenset()
    any_holder: bool = False


class Registrations:
    """Which certificates a body knows. One that nobody stated is registered, for its own NIF alone."""

    def __init__(self) -> None:
        self._stated: dict[str, Registration] = {}

    def state(self, certificate_tax_id: str, registration: Registration) -> None:
        self._stated[certificate_tax_id] = registration

    def is_registered(self, certificate_tax_id: str) -> bool:
        return self._of(certificate_tax_id).registered

    def may_ask_for(self, certificate_tax_id: str, holder_tax_id: str) -> bool:
        known = self._of(certificate_tax_id)
        return certificate_tax_id == holder_tax_id or known.any_holder or holder_tax_id in known.holder_tax_ids

    def register_all(self) -> None:
        """No certificate is unregistered any more; for whom each may ask stays."""
        self._stated = {tax_id: replace(stated, registered=True) for tax_id, stated in self._stated.items()}

    def _of(self, certificate_tax_id: str) -> Registration:
        return self._stated.get(certificate_tax_id, Registration())


@dataclass(frozen=True)
class Asked:
    """One request that a body received: `answer` is its code (`200`, `4102`), `http 503`, or the fault that stood in its place."""

    body: str
    operation: str
    answer: str
    certificate: str
    holder_tax_id: str


class Journal:
    """Counts of requests; the acts themselves are with the mailboxes, in the lock that performs them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Asked] = Counter()

    def note(self, asked: Asked) -> None:
        with self._lock:
            self._counts[asked] += 1

    def counts(self, by: tuple[str, ...], **wanted: str) -> list[dict[str, Any]]:
        """Rows of the fields `by` with their `count`, over the requests whose fields equal `wanted`."""
        with self._lock:
            entries = list(self._counts.items())
        sums: Counter[tuple[str, ...]] = Counter()
        for asked, count in entries:
            if all(getattr(asked, field) == value for field, value in wanted.items()):
                sums[tuple(getattr(asked, field) for field in by)] += count
        return [dict(zip(by, key, strict=True)) | {"count": count} for key, count in sorted(sums.items())]


class World:
    """The parts, and the way to begin again."""

    def __init__(self) -> None:
        self.bulletin, self.settings = Bulletin(), Settings()
        self.registrations = Registrations()
        self._begin()

    def reset(self) -> None:
        """Everything is as at the start but who may ask for whom."""
        self.bulletin.reset()
        self.registrations.register_all()
        self._begin()

    def change_settings(self, changes: dict[str, Any]) -> Settings:
        """Raises ValueError when a name is not a setting."""
        unknown = set(changes) - {field.name for field in fields(Settings)}
        if unknown:
            raise ValueError(f"no such setting: {', '.join(sorted(unknown))}")
        self.settings = replace(self.settings, **changes)
        return self.settings

    def _begin(self) -> None:
        self.settings = Settings()
        self.clock = Clock()
        self.mailboxes = Mailboxes(self.clock.now)
        self.faults = Faults()
        self.journal = Journal()
