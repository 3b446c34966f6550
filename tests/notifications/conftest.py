"""A firm of its own for each test of the inbox."""

import pytest

from tests.notifications.found import Inbox


@pytest.fixture
def inbox(world) -> Inbox:
    return Inbox(world)
