"""A firm's own sign-in provider, on loopback, in which the worlds trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.identity_provider import started_house


@pytest.fixture(scope="session")
def house(bodies):
    with started_house(Path(bodies.ca_file).parent) as started:
        yield started
