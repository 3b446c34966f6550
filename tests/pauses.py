"""How long a test waits before it looks again: ever longer, so that waiting does not take the processor from what is waited for."""

from __future__ import annotations

import time
from collections.abc import Iterator

FIRST_S, LONGEST_S, GROWTH = 0.01, 0.25, 1.3


def pauses(patience_s: float) -> Iterator[float]:
    """Seconds to pause after each look, until patience is over; the last look is after that."""
    ends_at, pause = time.monotonic() + patience_s, FIRST_S
    while time.monotonic() < ends_at:
        yield pause
        pause = min(pause * GROWTH, LONGEST_S)
    yield 0
