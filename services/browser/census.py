"""What a session has grown to: its memory, its files. Looked at from outside, once a second.

Trap: names in these folders were made by the inside. Nothing is followed: a link, a device or a pipe is as if it was not there.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, Final

from services.browser.sandbox import Folder

Json = dict[str, Any]
NO_FILES: Final[list[Json]] = []
FILES_BYTES: Final = 512 << 20
FILES_MOST: Final = 200
PAGE_KIB: Final = os.sysconf("SC_PAGE_SIZE") // 1024
HALF_DONE: Final = (".crdownload", ".part", ".tmp")


def beyond(bwrap: int, folder: Folder, memory_mib: int) -> str:
    """Which limit the session is beyond, or ""."""
    if memory_kib(bwrap) > memory_mib * 1024:
        return "too_much_memory"
    written = sum(size for name in ("run", "downloads") for _, size in regular_files(folder.of(name)))
    return "too_many_files" if written > FILES_BYTES else ""


def memory_kib(ancestor: int) -> int:
    """The memory of a process and all that descend from it; what several share is divided among them."""
    return sum(proportional_kib(pid) for pid in descendants(ancestor))


def descendants(ancestor: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit() and (parent := parent_of(int(entry.name))) is not None:
            children.setdefault(parent, []).append(int(entry.name))
    found, next_ones = [], [ancestor]
    while next_ones:
        pid = next_ones.pop()
        found.append(pid)
        next_ones += children.get(pid, [])
    return found


def parent_of(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return None


def proportional_kib(pid: int) -> int:
    """Who is not root may not look closer at some processes of a browser: of those only what they share with nobody counts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
    except OSError:
        return own_kib(pid)


def own_kib(pid: int) -> int:
    try:
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
    except (OSError, ValueError):
        return 0
    return (int(resident) - int(shared)) * PAGE_KIB


def files_in(folder: Path) -> list[Json]:
    """What was downloaded whole: [{name, size}], by name."""
    whole = [(name, size) for name, size in regular_files(folder) if not name.endswith(HALF_DONE) and not name.startswith(".")]
    return [{"name": name, "size": size} for name, size in sorted(whole)[:FILES_MOST] if is_text(name)]


def regular_files(folder: Path) -> list[tuple[str, int]]:
    found = []
    try:
        for entry in os.scandir(folder):
            status = entry.stat(follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                found.append((entry.name, status.st_size))
    except FileNotFoundError:
        return []
    return found


def is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name.isprintable()
