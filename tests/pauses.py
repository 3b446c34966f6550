"""How long a test waits before it looks again: ever longer, so that waiting does not take the processor from what is waited for."""

from __future__ import annotations

from collections.abc import Iterator

FIRST_S, LONGEST_S, GROWTH = 0.01, 0.25, 1.3


def pauses() -> Iterator[float]:
    pause = FIRST_S
    while True:
        yield pause
        pause = min(pause * GROWTH, LONGEST_S)
