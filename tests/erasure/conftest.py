"""A firm of which every service holds something."""

from __future__ import annotations

import pytest

from tests.erasure.stocked import Stock


@pytest.fixture
def stock(world, bodies):
    return Stock(world, bodies)
