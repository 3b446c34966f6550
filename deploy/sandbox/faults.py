"""Faults ordered through the side door: what a body does when it is not well, on purpose and countable.

A fault strikes the requests that match its body, operation and holder, with its probability, at most `times` times. The random draws
come from one seeded generator, so that a run with the same order of requests has the same faults. A fault is only spent on an
operation on which its kind means something: an `act_then_timeout` waits for the act.
"""

from __future__ import annotations

import random
import threading
from dataclasses import asdict, dataclass, replace
from typing import Any

from .wire import Answer

LISTINGS = frozenset({"Localiza", "LocalizaRealizadas"})
WITH_HASH = frozenset({"PeticionAcceso", "ConsultaRealizadas"})
ACTS = frozenset({"PeticionAcceso"})
# Where a kind has a meaning; None is everywhere.
KINDS: dict[str, frozenset[str] | None] = {
    "slow": None,
    "error_500": None,
    "timeout": None,
    "reset": None,
    "truncated": None,
    "maintenance": None,
    "certificate_refused": None,
    "rate_limit": None,
    "revoked_power": None,
    "repeat_row": LISTINGS,
    "lose_row": LISTINGS,
    "reorder": LISTINGS,
    "changed_page": LISTINGS,
    "shifted_page": LISTINGS,
    "act_then_timeout": ACTS,
    "wrong_hash": WITH_HASH,
}


@dataclass
class Fault:
    """One order. `value`: seconds for slow, timeout and act_then_timeout; the code for rate_limit and revoked_power."""

    body: str
    kind: str
    operation: str | None = None
    holder_tax_id: str | None = None
    probability: float = 1
    times: int | None = None
    value: Any = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind is {self.kind!r}; one of {', '.join(KINDS)} is meant")

    def concerns(self, body: str, operation: str, holder_tax_id: str | None) -> bool:
        where = KINDS[self.kind]
        return (
            self.times != 0
            and self.body == body
            and self.operation in (None, operation)
            and self.holder_tax_id in (None, holder_tax_id)
            and (where is None or operation in where)
        )


class Faults:
    """The orders that stand."""

    def __init__(self, seed: int = 2) -> None:
        self._lock = threading.Lock()
        # Faults need repeatable draws, not secret ones.
        self._random = random.Random(seed)  # nosec B311
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        with self._lock:
            self._ordered.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._ordered.clear()

    def standing(self) -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(fault) for fault in self._ordered]

    def strike(self, body: str, operation: str, holder_tax_id: str | None) -> dict[str, Any]:
        """The kinds that strike this request, with their values, each spent once."""
        struck: dict[str, Any] = {}
        if not self._ordered:
            return struck
        with self._lock:
            for fault in self._ordered:
                if fault.concerns(body, operation, holder_tax_id) and self._random.random() < fault.probability:
                    fault.times = fault.times - 1 if fault.times is not None else None
                    struck[fault.kind] = fault.value
        return struck


_PAGE = "text/html; charset=utf-8"
_HANG_S = 120.0
FORBIDDEN = Answer(403, _PAGE, b"<html><body><h1>403 Forbidden</h1></body></html>")
_INSTEAD = {
    "error_500": Answer(500, _PAGE, b"<html><body><h1>Internal Server Error</h1></body></html>"),
    "maintenance": Answer(503, _PAGE, b"<html><body>Servicio en mantenimiento</body></html>", {"Retry-After": "3600"}),
    "certificate_refused": FORBIDDEN,
    "timeout": Answer(504, "text/plain", b"", broken="timeout"),
    "reset": Answer(504, "text/plain", b"", broken="reset"),
}


def instead_of_answer(struck: dict[str, Any]) -> tuple[str, Answer] | None:
    """The kind that stands in the answer's place, so that the operation is not even begun, and what is sent for it."""
    for kind, answer in _INSTEAD.items():
        if kind in struck:
            return kind, replace(answer, delay_s=float(struck[kind] or _HANG_S)) if kind == "timeout" else answer
    return None


def lost_on_the_way(answer: Answer, struck: dict[str, Any]) -> tuple[str, Answer] | None:
    """The kind that spoils an answer after the operation was done, and what arrives of it."""
    if "act_then_timeout" in struck:
        return "act_then_timeout", replace(answer, broken="timeout", delay_s=float(struck["act_then_timeout"] or _HANG_S))
    if "truncated" in struck:
        return "truncated", replace(answer, broken="truncated")
    return None


def slowed(answer: Answer, struck: dict[str, Any]) -> Answer:
    """The answer after the seconds of the fault `slow`."""
    return replace(answer, delay_s=answer.delay_s + float(struck.get("slow") or 0))
