"""The folders of sessions on this machine: made, cleared up after a process that was killed, and files that cross their border.

Whose warden is alive holds the lock of its folder; one that nobody holds is left over.
Trap: names in downloads/ were made inside the sandbox. They are looked up there and nowhere else, and only a plain file is read.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import stat
import time
from pathlib import Path
from typing import Final

from services.contracts.errors import Conflict, Invalid, NotFound, TooLarge
from services.contracts.schemas.browser_sessions import LARGEST_FILE
from services.contracts.sentences import said

YOUNG_S: Final = 60
UPLOADS_MOST: Final = 50
SESSION: Final = re.compile(r"[0-9a-f]{32}")
NAMES: Final = re.compile(r"[^\x00-\x1f/\x7f\ud800-\udfff]+")
NAME_BYTES: Final = 200


def make(root: Path) -> None:
    """Nobody else may list it; a session's own user passes through."""
    root.mkdir(mode=0o711, exist_ok=True)
    if root.stat().st_uid != os.geteuid() or root.is_symlink():
        raise OSError(f"{root} belongs to another user of this machine, or is a link")
    root.chmod(0o711)


def make_below(root: Path, name: str) -> None:
    """A folder that others may pass through. The last session's end removes the root, maybe just now."""
    while True:
        with contextlib.suppress(FileNotFoundError):
            make(root)
            (root / name).mkdir(mode=0o711)
            (root / name).chmod(0o711)
            return


def remove(path: Path) -> None:
    """With the root, unless there are others in it."""
    shutil.rmtree(path, ignore_errors=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def sweep(root: Path) -> int:
    """Remove what nobody keeps; → how many there were."""
    swept = 0
    for path in root.iterdir() if root.is_dir() else []:
        if SESSION.fullmatch(path.name) and is_left_over(path):
            remove(path)
            swept += 1
    return swept


def is_left_over(path: Path) -> bool:
    """Nobody holds its lock. A folder without one is being made just now, unless it is old."""
    try:
        with (path / "lock").open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except BlockingIOError:
        return False
    except OSError:
        return path.exists() and time.time() - path.stat().st_mtime > YOUNG_S


def plain(name: str) -> str:
    """The name of a file, without any folder. Raises Invalid."""
    if not NAMES.fullmatch(name) or name in (".", "..") or name.startswith("."):
        raise Invalid.field("name", said("No es el nombre de un fichero."))
    return name


def require_room(folder: Path, name: str, content: bytes) -> None:
    """For a file of ours among those of the inside. Raises Invalid, TooLarge, and Conflict when there are many already."""
    if len(plain(name).encode()) > NAME_BYTES:
        raise Invalid.field("name", said("El nombre del fichero es demasiado largo. Acórtelo y vuelva a subirlo."))
    if len(content) > LARGEST_FILE:
        raise TooLarge(said("El fichero pasa de {most} MiB.", most=LARGEST_FILE >> 20))
    if len(list(folder.iterdir())) >= UPLOADS_MOST:
        raise Conflict(said("Ya hay {most} ficheros en Subidas. Abra otra sesión para subir más.", most=UPLOADS_MOST))


def put(folder: Path, name: str, content: bytes) -> None:
    """For the inside to read."""
    half = folder / f".{name}"
    half.write_bytes(content)
    half.chmod(0o644)
    half.replace(folder / name)


def take(folder: Path, name: str) -> bytes:
    """A plain file that the inside left. Raises NotFound, TooLarge."""
    try:
        file = os.open(folder / plain(name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise NotFound() from error
    with os.fdopen(file, "rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise NotFound()
        if status.st_size > LARGEST_FILE:
            raise TooLarge(said("El fichero pasa de {most} MiB.", most=LARGEST_FILE >> 20))
        return opened.read(LARGEST_FILE)
