"""Points on the path of an event, and of a job, at which a test can end the process as `kill -9` would.

`CASILLERO_CRASH_AT=name` ends it at the first pass of that point, `name:3` at the third.
"""

from __future__ import annotations

import os
import signal

POINTS = (
    "before_commit",
    "after_commit",
    "before_publish",
    "after_publish",
    "after_confirm",
    "after_mark",
    "before_inbox",
    "after_inbox",
    "after_effect",
    "after_effect_commit",
    "after_ack",
)
JOB_POINTS = ("before_part_commit", "after_part_commit")
passes = dict.fromkeys(POINTS + JOB_POINTS, 0)


def crash_point(name: str) -> None:
    wanted = os.environ.get("CASILLERO_CRASH_AT")
    if not wanted:
        return
    passes[name] += 1
    point, _, number = wanted.partition(":")
    if point == name and passes[name] == int(number or 1):
        os.kill(os.getpid(), signal.SIGKILL)
