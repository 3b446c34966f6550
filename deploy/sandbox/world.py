"""Everything the sandbox remembers, in one place: settings, clock, registrations, mailboxes, faults, and what was asked of it.

All of it is in memory and shared by the threads of the server; each part guards itself with its own lock and none calls another
while holding it. `reset` empties all parts; the certificate authority is no part of the world and stays.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable
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


class Registrations:
    """Which certificates a body knows, and for whose items each may ask besides its own NIF's. Unknown ones count as registered."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[bool, frozenset[str]]] = {}

    def set(self, certificate_tax_id: str, registered: bool, holder_tax_ids: Iterable[str]) -> None:
        self._known[certificate_tax_id] = (registered, frozenset(holder_tax_ids))

    def is_registered(self, certificate_tax_id: str) -> bool:
        return self._known.get(certificate_tax_id, (True, frozenset()))[0]

    def may_ask_for(self, certificate_tax_id: str, holder_tax_id: str) -> bool:
        return certificate_tax_id == holder_tax_id or holder_tax_id in self._known.get(certificate_tax_id, (True, frozenset()))[1]


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
        self._begin()

    def reset(self) -> None:
        self.bulletin.reset()
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
        self.registrations = Registrations()
        self.mailboxes = Mailboxes(self.clock.now)
        self.faults = Faults()
        self.journal = Journal()
