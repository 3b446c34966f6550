"""What a session has grown to: its memory, its files. Looked at from outside, once a second.

Traps: names in these folders were made by the inside. Nothing is followed: a link, a device or a pipe is as if it was not there. Folders
below them are the inside's too: they count with all that is in them, and what cannot be counted is too much.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from services.browser.sandbox import Folder

Json = dict[str, Any]
NO_FILES: Final[list[Json]] = []
FILES_BYTES: Final = 512 << 20
FILES_MOST: Final = 200
ENTRIES_MOST: Final = 5000
PAGE_KIB: Final = os.sysconf("SC_PAGE_SIZE") // 1024
HALF_DONE: Final = (".crdownload", ".part", ".tmp")


def beyond(bwrap: int, folder: Folder, memory_mib: int) -> str:
    """Which limit the session is beyond, or ""."""
    if memory_kib(bwrap) > memory_mib * 1024:
        return "too_much_memory"
    return "too_many_files" if is_full([folder.of(name) for name in ("run", "downloads", "uploads")]) else ""


def is_full(tops: list[Path]) -> bool:
    """Whether these folders hold more, in files or in number, than a session may. Counted no further than that."""
    entries, written = 0, 0
    try:
        for status in below(tops):
            entries, written = entries + 1, written + (status.st_size if stat.S_ISREG(status.st_mode) else 0)
            if entries > ENTRIES_MOST or written > FILES_BYTES:
                return True
    except OSError:
        return True
    return False


def below(tops: list[Path]) -> Iterator[os.stat_result]:
    """Everything in these folders and in the folders in them. What goes away meanwhile is not there."""
    waiting = [str(top) for top in tops]
    while waiting:
        with suppress(FileNotFoundError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if (status := status_of(entry)) is not None:
                    yield status
                    waiting += [entry.path] if stat.S_ISDIR(status.st_mode) else []


def status_of(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None


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
    seen = [(entry.name, status_of(entry)) for entry in os.scandir(folder)] if folder.is_dir() else []
    return [(name, status.st_size) for name, status in seen if status is not None and stat.S_ISREG(status.st_mode)]


def is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name.isprintable()
