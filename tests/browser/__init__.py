"""The guide walked by a person: the running demo in Debian's Chromium.

Situation: Playwright runs a loop of its own, which eventlet's patches would break; so these tests have a process of their own, which
`python -m tests` starts beside the others, and which `pytest tests/browser` is. In a run of everything in one process they are left out.
"""
