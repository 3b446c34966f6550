"""Leaves no copy of a secret in memory that C and Rust libraries have freed.

Handing a key to TLS makes copies inside cryptography and OpenSSL that their owners free without overwriting (measured: up to
two of a whole RSA-2048 key). Inside `freed_memory_is_overwritten` glibc fills what is freed (M_PERTURB); blocks up to 1,032
bytes go to the thread's own cache untouched, so those are taken back and filled at the end. Trap: another C library than
glibc has no `mallopt` and keeps the copies. Invariant: the window contains no wait, so nothing else runs in this thread.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

LIBC = ctypes.CDLL(None)
LIBC.malloc.restype = ctypes.c_void_p
LIBC.malloc.argtypes = (ctypes.c_size_t,)
LIBC.free.argtypes = (ctypes.c_void_p,)
M_PERTURB, FILL = -6, 0x5A
CACHED_SIZES, CACHED_EACH = range(24, 1033, 16), 7  # The size classes of glibc's thread cache and how many it keeps of each.
_windows: list[None] = []


@contextmanager
def freed_memory_is_overwritten(small_too: bool) -> Iterator[None]:
    """A window in which freed memory is filled; `small_too` for secrets under 1,032 bytes (EC keys), at 0.5 ms."""
    has_mallopt = hasattr(LIBC, "mallopt")
    _windows.append(None)
    if has_mallopt:
        LIBC.mallopt(M_PERTURB, FILL)
    try:
        yield
    finally:
        _windows.pop()
        if has_mallopt and small_too:
            _fill_thread_cache()
        if has_mallopt and not _windows:
            LIBC.mallopt(M_PERTURB, 0)


def overwrite(secret: bytes) -> None:
    """Zeroes a bytes object in place. Only for a value that nothing else holds: bytes are meant never to change."""
    ctypes.memset(id(secret) + bytes.__basicsize__ - 1, 0, len(secret))


def _fill_thread_cache() -> None:
    """Takes every block that the thread's cache may hold, fills it and gives it back."""
    for size in CACHED_SIZES:
        blocks = [LIBC.malloc(size) for _ in range(CACHED_EACH)]
        for block in blocks:
            ctypes.memset(block, FILL, size)
            LIBC.free(block)
