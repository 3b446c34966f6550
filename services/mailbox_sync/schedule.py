"""When a mailbox is due next, and how long something that failed is left alone. Pure: the caller gives the instant and the draw.

A `draw` is a random number from 0 to 1 (full jitter: mailboxes that failed together do not come back together). Trap: a notification counts
as rejected after ten days, so a mailbox that has not been read whole for a week is urgent and its pauses get shorter, never longer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

CLAIM_AT_MOST: Final = 50
LEASE: Final = timedelta(seconds=30)
"""How long a worker that died keeps its mailboxes from the others; a living one renews three times as often."""
WINDOW: Final = timedelta(days=10)
"""A listing shows at least what became available in so many days (Ley 39/2015, article 43.2): longer between two checks is a gap."""
URGENT_AFTER: Final = timedelta(days=7)
FIRST_PAUSE: Final = timedelta(seconds=30)
SHORTEST_PAUSE: Final = timedelta(seconds=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
LONGEST_URGENT_PAUSE: Final = timedelta(minutes=10)
UNREADABLE_PAUSE: Final = timedelta(days=1)
BREAKER_AFTER: Final = 8
PROBE_PAUSE: Final = timedelta(seconds=30)
LONGEST_BREAK: Final = timedelta(minutes=15)


def claim_size(in_flight: int) -> int:
    """How many mailboxes a worker takes at once: not more than it can read soon, so that others find some too."""
    return max(1, min(CLAIM_AT_MOST, in_flight * 2))


def until_next(every_s: int, draw: float) -> timedelta:
    """The pause after a good check: a little early rather than late, spread over a tenth of the time."""
    return timedelta(seconds=every_s * (1 - draw / 10))


def after_failure(now: datetime, failures: int, is_late: bool, draw: float) -> datetime:
    """`failures` in a row, this one counted. The pause grows to an hour; for a mailbox that is urgent to ten minutes."""
    longest = LONGEST_URGENT_PAUSE if is_late else LONGEST_PAUSE
    return now + max(grown(FIRST_PAUSE, failures, longest) * draw, SHORTEST_PAUSE)


def after_refusal(now: datetime, draw: float) -> datetime:
    """People must act: tried once a day, in case they did so where we cannot see it."""
    return now + UNREADABLE_PAUSE * (1 - draw / 10)


def after_pause(pause_ends_at: datetime, draw: float) -> datetime:
    """Those that wait for the same pause come back over a minute."""
    return pause_ends_at + timedelta(seconds=60 * draw)


def break_of(now: datetime, failures: int, draw: float) -> datetime | None:
    """Until when a body that failed so often in a row is left alone; None while it is asked as usual."""
    if failures < BREAKER_AFTER:
        return None
    return now + max(grown(PROBE_PAUSE, failures - BREAKER_AFTER + 1, LONGEST_BREAK) * draw, SHORTEST_PAUSE)


def grown(first: timedelta, times: int, longest: timedelta) -> timedelta:
    """Doubled with each time after the first, up to the longest."""
    return min(first * 2 ** min(max(times - 1, 0), 20), longest)


def is_urgent(now: datetime, read_whole_at: datetime) -> bool:
    """Whether a mailbox last read whole then (or made then and never read) comes before the ordinary ones."""
    return now - read_whole_at >= URGENT_AFTER


def covered_since(before: datetime | None, covered_until: datetime | None, began_at: datetime) -> datetime:
    """From when on nothing can have been missed, once a check that began then was whole. `before`: the same until now."""
    if before is None or covered_until is None or began_at - covered_until > WINDOW:
        return began_at
    return before
