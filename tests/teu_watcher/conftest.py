"""A house of the test's own: the service's code, its tables, and a bulletin."""

from __future__ import annotations

import pytest

from tests.teu_watcher.house import opened


@pytest.fixture
def house(tmp_path):
    with opened(tmp_path) as ours:
        yield ours
