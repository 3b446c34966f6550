"""Loaded by `-p` (pyproject.toml) before any plugin and before conftest.py: eventlet patches first, as in every process of the product.

Trap: a plugin that imports `ssl` before that (Schemathesis does) leaves half-patched contexts behind, whose use recurses for ever.
"""

import eventlet

eventlet.monkey_patch()
