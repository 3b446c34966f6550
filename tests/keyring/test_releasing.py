"""A key leaves the keyring once a ticket, for one worker, after the trail has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.audit.trail import append
from services.chassis.asking import Asking
from services.chassis.boxes import WorkerKey
from services.chassis.sealing import CannotOpen
from services.contracts.errors import Away, Invalid
from services.contracts.message import new_id, utc_now
from services.contracts.schemas.certificates import release_context
from services.keyring.models import Certificate, Key
from tests.keyring.identities import pkcs8


@pytest.fixture
def client_id(desk):
    return desk.client()


@pytest.fixture
def certificate_id(desk, client_id):
    return desk.imported(client_id)["id"]


def made_ago(minutes: float) -> str:
    """A ticket's id as it was made then."""
    milliseconds = int((utc_now() - timedelta(minutes=minutes)).timestamp() * 1000)
    return f"{milliseconds:012x}"[:8] + "-" + f"{milliseconds:012x}"[8:] + new_id()[13:]


def test_the_worker_that_asked_gets_the_key_and_its_chain(desk, client_id, certificate_id):
    (answer,) = desk.release(desk.ticket(client_id, certificate_id))
    assert desk.opened(answer) == pkcs8()
    assert answer["chain_pem"].startswith("-----BEGIN CERTIFICATE-----")


def test_nobody_else_can_open_it_and_not_for_another_ticket(desk, client_id, certificate_id):
    (answer,) = desk.release(desk.ticket(client_id, certificate_id))
    with pytest.raises(CannotOpen):
        WorkerKey.new().open(answer["sealed"], release_context(answer, desk.worker.public))
    with pytest.raises(CannotOpen):
        desk.opened(answer | {"mailbox_id": new_id()})


def test_the_use_is_in_the_trail_and_counted(desk, client_id, certificate_id):
    ticket = desk.ticket(client_id, certificate_id)
    desk.release(ticket)
    (entry,) = desk.trail(subject=certificate_id)
    kept = {name: ticket[name] for name in ("client_id", "mailbox_id", "body", "reason")}
    assert entry["detail"] == {"ticket_id": ticket["id"], **kept}
    (card,) = desk.firm.admin.keyring.certificates(client_id)
    assert card["uses"] == 1 and card["last_used_at"]


def test_a_claim_of_fifty_over_two_firms_is_answered_in_order(desk, world, client_id, certificate_id, tmp_path):
    other = type(desk)(world, tmp_path, world.firm(), desk.worker)
    firms_own = other.imported("")["id"]
    their_client = other.client()
    tickets = [desk.ticket(client_id, certificate_id), other.ticket(their_client, firms_own)] * 25
    tickets = [ticket | {"id": new_id(), "mailbox_id": new_id()} for ticket in tickets]
    answers = desk.release(*tickets)
    assert [answer["ticket_id"] for answer in answers] == [ticket["id"] for ticket in tickets]
    assert {desk.opened(answer) for answer in answers} == {pkcs8()}
    assert (desk.firm.admin.keyring.certificates(client_id)[0]["uses"], other.firm.admin.keyring.certificates("")[0]["uses"]) == (25, 25)
    assert len(desk.trail(subject=certificate_id)) == len(other.trail(subject=firms_own)) == 25


def test_a_ticket_is_good_for_one_use(desk, client_id, certificate_id):
    ticket = desk.ticket(client_id, certificate_id)
    twice = desk.release(ticket, ticket)
    assert ["refused" in answer for answer in twice] == [False, True]
    assert desk.refused(ticket) == "ticket_used"


@pytest.mark.parametrize("minutes", [6, 24 * 60, -5])
def test_a_ticket_is_good_for_five_minutes(desk, client_id, certificate_id, minutes):
    assert desk.refused(desk.ticket(client_id, certificate_id, id=made_ago(minutes))) == "ticket_expired"


def test_what_is_not_of_the_ticket_is_refused(desk, world, client_id, certificate_id):
    other_client, stranger = desk.client(), world.firm()
    assert desk.refused(desk.ticket(other_client, certificate_id)) == "certificate_of_another_client"
    assert desk.refused(desk.ticket(new_id(), certificate_id)) == "client_unknown"
    assert desk.refused(desk.ticket(client_id, new_id())) == "certificate_missing"
    assert desk.refused(desk.ticket(client_id, certificate_id, tenant_id=stranger.tenant_id)) == "client_unknown"


def test_an_expired_certificate_is_refused(desk, world, client_id, certificate_id):
    with world.store("keyring").begin(Asking(tenant_id=desk.firm.tenant_id)) as db:
        db.get(Certificate, certificate_id).not_after = utc_now() - timedelta(seconds=1)
    assert desk.refused(desk.ticket(client_id, certificate_id)) == "certificate_expired"


def test_a_removed_certificate_is_refused(desk, client_id, certificate_id):
    desk.firm.admin.keyring.remove_certificate(client_id, certificate_id)
    assert desk.refused(desk.ticket(client_id, certificate_id)) == "certificate_missing"


def test_a_person_needs_the_grant_at_this_moment(desk):
    user_id = desk.firm.user("operator")
    group = desk.firm.admin.access.create_group({"name": "Sync", "member_ids": [user_id], "grants": [{"body": "dehu", "verbs": ["sync"]}]})
    client_id = desk.client(group_ids=[group["id"]])
    certificate_id = desk.imported(client_id)["id"]
    asked = {"reason": "sync", "user_id": user_id}
    assert desk.refused(desk.ticket(client_id, certificate_id, **asked)) == ""
    assert desk.refused(desk.ticket(client_id, certificate_id, body="tgss", **asked)) == "not_allowed"
    desk.firm.admin.access.change_group(group["id"], {"grants": [], "version": group["version"]})
    assert desk.refused(desk.ticket(client_id, certificate_id, **asked)) == "not_allowed"
    assert desk.trail(subject=certificate_id)[0]["user_id"] == user_id and len(desk.trail(subject=certificate_id)) == 1


@pytest.mark.parametrize("wrong", [{"reason": "sync"}, {"reason": "open"}, {"body": ""}, {"id": "x"}, {"more": 1}])
def test_a_ticket_that_is_none_refuses_the_call(desk, client_id, certificate_id, wrong):
    with pytest.raises(Invalid):
        desk.release(desk.ticket(client_id, certificate_id) | wrong)


def test_more_than_fifty_or_no_worker_refuses_the_call(desk, world, client_id, certificate_id):
    with pytest.raises(Invalid):
        desk.release(*[desk.ticket(client_id, certificate_id) for _ in range(51)])
    with pytest.raises(Invalid):
        world.nobody.keyring.release([], "nonsense")


def test_one_key_that_does_not_open_stops_no_other(desk, world, client_id, certificate_id):
    other = desk.client()
    swapped = desk.imported(other)["id"]
    with world.store("keyring").begin(Asking(tenant_id=desk.firm.tenant_id)) as db:
        db.get(Key, swapped).private_key = db.get(Key, certificate_id).private_key
    bad, good = desk.release(desk.ticket(other, swapped), desk.ticket(client_id, certificate_id))
    assert (bad["refused"]["code"], desk.opened(good)) == ("key_unreadable", pkcs8())


@pytest.fixture
def impatient(world):
    """The keyring waits for the trail one second instead of twenty."""
    keyring = world.runner.service_map["keyring"]
    patient = keyring.config
    keyring.config = {**patient, "settings": replace(patient["settings"], rpc_timeout_s=1)}
    yield
    keyring.config = patient


def test_when_the_trail_cannot_be_written_nothing_is_released(desk, world, client_id, certificate_id, impatient):
    with world.store("audit").begin(Asking(tenant_id=desk.firm.tenant_id)) as writing:
        # Somebody holds the firm's trail, so that no entry can be committed.
        append(writing, [{"act": "test.held", "user_id": "", "subject": "", "detail": {}}], utc_now())
        with pytest.raises(Away):
            desk.release(desk.ticket(client_id, certificate_id), desk.ticket(client_id, certificate_id))
    assert desk.firm.admin.keyring.certificates(client_id)[0]["uses"] == 0


def test_a_use_is_committed_to_the_trail_before_its_key_is_opened(desk, world, client_id, certificate_id):
    with world.store("keyring").begin(Asking(tenant_id=desk.firm.tenant_id)) as db:
        db.get(Key, certificate_id).data_key = b"nothing opens this"
    assert desk.refused(desk.ticket(client_id, certificate_id)) == "key_unreadable"
    assert len(desk.trail(subject=certificate_id)) == 1
