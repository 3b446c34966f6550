"""Processor seconds of what a benchmark started, by part: on a machine that others use too they say more than the clock on the wall.

Every server and service of a benchmark is a child of its process. A part's time is that of its whole tree, with the ended children that it
waited for, in ticks of 10 ms.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
KNOWN = {"bin/postgres": "PostgreSQL", "beam.smp": "RabbitMQ", "rabbitmq-server": "RabbitMQ", "deploy.sandbox": "sandbox"}


def spent() -> Counter[str]:
    """Seconds so far, by part; the difference of two answers is what happened in between."""
    parents, seconds = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It ended while we looked.
        parents[int(folder.name)], seconds[int(folder.name)] = int(fields[1]), sum(map(int, fields[11:15])) / TICKS_A_SECOND
    children = defaultdict(list)
    for pid, parent in parents.items():
        children[parent].append(pid)
    found: Counter[str] = Counter()
    for child in children[os.getpid()]:
        found[part_of(child)] += whole(child, children, seconds)
    return found


def whole(pid: int, children: dict[int, list[int]], seconds: dict[int, float]) -> float:
    return seconds[pid] + sum(whole(child, children, seconds) for child in children[pid])


def part_of(pid: int) -> str:
    """`casillero service NAME` and `casillero gateway` by what they serve, servers by their program."""
    words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
    if "service" in words:
        return words[words.index("service") + 1]
    return next((part for word in words for mark, part in KNOWN.items() if mark in word), words[2] if len(words) > 2 else words[0])


def load() -> float:
    """The load average of the last minute: what else was running."""
    return round(os.getloadavg()[0], 1)
