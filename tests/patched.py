"""Loaded by `-p` (pyproject.toml) before any plugin and before conftest.py: eventlet patches first, as in every process of the product.

Traps: a plugin that imports `ssl` before that (Schemathesis does) leaves half-patched contexts behind, whose use recurses for ever. A run
of tests/browser alone is not patched: there a real browser is driven, over a loop that the patches would break.
"""

import signal
import sys

import eventlet

FOLDERS = [word for word in sys.argv[1:] if word.startswith("tests")]
if not FOLDERS or any(not folder.startswith("tests/browser") for folder in FOLDERS):
    eventlet.monkey_patch()

# A shell lets what it runs in the background ignore Ctrl-C, and every process of a test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
