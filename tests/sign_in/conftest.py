"""Who comes in without a password, and a firm's own sign-in provider on loopback, in which the worlds trust."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.doors import Office, Owner
from tests.identity_provider import started_house


@pytest.fixture(scope="session")
def house(bodies):
    with started_house(Path(bodies.ca_file).parent) as started:
        yield started


@pytest.fixture
def owner(world):
    return Owner(world)


@pytest.fixture
def office(world, house):
    return Office(world, house)
