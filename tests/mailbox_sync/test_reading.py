"""A mailbox is read from end to end: the real keyring, the real connector, the sandbox's DEHú."""

from __future__ import annotations

import pytest

from tests.mailbox_sync.offices import Office


@pytest.fixture
def office(world, bodies) -> Office:
    return Office(world, bodies)


def test_every_page_of_a_mailbox_is_read_and_kept(office):
    holder = office.readable(notices=120)
    mailbox = office.checked(holder)
    assert (mailbox["state"], mailbox["error"]) == ("active", None)
    assert len(office.known(holder)) == 120
