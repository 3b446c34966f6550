"""Loaded by `-p` (pyproject.toml) before any plugin and before conftest.py: eventlet patches first, as in every process of the product.

Traps: a plugin that imports `ssl` before that (Schemathesis does) leaves half-patched contexts behind, whose use recurses for ever. A run
of tests/browser alone is not patched: there a real browser is driven, over a loop that the patches would break.
"""

import signal
import sys
from typing import Any

import eventlet
from eventlet import hubs
from greenlet import getcurrent

FOLDERS = [word for word in sys.argv[1:] if word.startswith("tests")]
PATCHED = not FOLDERS or any(folder.partition("::")[0].split("/")[1:2] != ["browser"] for folder in FOLDERS)
MAIN = getcurrent()


def interrupt(*_: Any) -> None:
    """Ctrl-C is for what runs the tests: raised in a service that happens to run, it would end that, and the test would wait for ever."""
    if getcurrent() is MAIN:
        raise KeyboardInterrupt
    hubs.get_hub().schedule_call_global(0, MAIN.throw, KeyboardInterrupt)


if PATCHED:
    eventlet.monkey_patch()

# A shell lets what it runs in the background ignore Ctrl-C, and every process of a test would inherit that.
signal.signal(signal.SIGINT, interrupt if PATCHED else signal.default_int_handler)
