"""Loaded by `-p` (pyproject.toml) before any plugin and before conftest.py: eventlet patches first, as in every process of the product.

Trap: a plugin that imports `ssl` before that (Schemathesis does) leaves half-patched contexts behind, whose use recurses for ever.
"""

import signal

import eventlet

eventlet.monkey_patch()

# A shell lets what it runs in the background ignore Ctrl-C, and every process of a test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
