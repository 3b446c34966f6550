"""What the trail has of certificates that were asked for: released, refused, or refused after all."""

from __future__ import annotations

import pytest

from services.chassis.asking import Asking
from services.contracts.message import new_id
from services.keyring.models import Key


@pytest.fixture
def client_id(desk):
    return desk.client()


@pytest.fixture
def certificate_id(desk, client_id):
    return desk.imported(client_id)["id"]


def recorded(desk, act: str) -> list[dict]:
    return desk.firm.admin.audit.entries({"act": act})["items"]


def test_a_released_key_names_its_entry_in_the_trail(desk, client_id, certificate_id):
    (answer,) = desk.release(desk.ticket(client_id, certificate_id))
    (entry,) = desk.trail()
    assert answer["use_id"] == entry["id"]
    assert recorded(desk, "certificate_refused") == []


def test_what_is_refused_is_in_the_trail_with_the_reason(desk, client_id, certificate_id):
    user_id = desk.firm.user("operator")
    assert desk.refused(desk.ticket(client_id, certificate_id, reason="sync", user_id=user_id)) == "not_allowed"
    (entry,) = recorded(desk, "certificate_refused")
    assert (entry["user_id"], entry["subject"]) == (user_id, certificate_id)
    assert (entry["detail"]["code"], entry["detail"]["client_id"], entry["detail"]["reason"]) == ("not_allowed", client_id, "sync")
    assert desk.trail() == []


def test_of_what_belongs_to_another_firm_the_trail_keeps_nothing(desk, world, client_id, certificate_id):
    other = type(desk)(world, desk.folder, world.firm(), desk.worker)
    assert other.refused(other.ticket(client_id, certificate_id)) == "client_unknown"
    (entry,) = recorded(other, "certificate_refused")
    assert client_id not in str(entry) and certificate_id not in str(entry)


def test_a_use_that_was_recorded_and_not_released_after_all_is_told_to_have_been_refused(desk, world, client_id, certificate_id):
    ticket = desk.ticket(client_id, certificate_id)
    _, second = desk.release(ticket, ticket | {"mailbox_id": new_id()})
    assert second["refused"]["code"] == "ticket_used"
    with world.store("keyring").begin(Asking(tenant_id=desk.firm.tenant_id)) as db:
        db.get(Key, certificate_id).data_key = b"nothing opens this"
    assert desk.refused(desk.ticket(client_id, certificate_id)) == "key_unreadable"
    ended = {entry["subject"]: entry["detail"]["code"] for entry in recorded(desk, "certificate_use_ended")}
    unreadable, repeated, _ = (entry["id"] for entry in desk.trail())
    assert ended == {unreadable: "key_unreadable", repeated: "ticket_used"}
