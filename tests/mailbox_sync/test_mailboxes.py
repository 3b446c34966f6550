"""Mailboxes in people's hands: who may see, add, change and read them, and what stops a reading."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from tests.mailbox_sync.offices import Office
from tests.worlds import until


@pytest.fixture
def office(world, bodies):
    yield Office(world, bodies)
    bodies.clear_faults()


def asked_of_the_body(office, holder) -> int:
    return sum(row["count"] for row in office.bodies.requests(holder_tax_id=holder.tax_id, by="holder_tax_id"))


def test_a_mailbox_is_added_to_a_client_registered_just_now(office):
    made = office.ask.mailbox_sync.add_mailbox(office.client().client_id, {"body": "dehu"})
    assert (made["body"], made["via"], made["state"], made["version"]) == ("dehu", "own_certificate", "active", 1)


def test_a_second_mailbox_at_the_same_body_is_refused(office):
    holder = office.with_mailbox(office.client())
    with pytest.raises(Conflict):
        office.with_mailbox(holder)


def test_a_body_that_is_not_read_yet_is_refused_by_name(office):
    with pytest.raises(Invalid) as refusal:
        office.with_mailbox(office.client(), body="tgss")
    assert "aún no se leen" in refusal.value.errors["body"][0]


def test_every_wrong_field_of_a_new_mailbox_is_named(office):
    with pytest.raises(Invalid) as refusal:
        office.with_mailbox(office.client(), body="hacienda", via="llave", colour="red")
    assert set(refusal.value.errors) == {"body", "via", "colour"}


def test_a_certificate_of_another_client_is_refused(office):
    other = office.certify(office.client())
    with pytest.raises(Invalid) as refusal:
        office.with_mailbox(office.client(), certificate_id=other)
    assert "certificate_id" in refusal.value.errors


def test_who_may_not_see_the_client_finds_nothing(office):
    holder = office.with_mailbox(office.client())
    stranger = office.firm.as_user(office.firm.user("operator")).mailbox_sync
    for call in (stranger.mailbox, stranger.remove_mailbox, stranger.sync_now):
        with pytest.raises(NotFound):
            call(holder.mailbox_id)
    with pytest.raises(NotFound):
        stranger.add_mailbox(holder.client_id, {"body": "dehu"})
    assert stranger.mailboxes({})["total"] == 0


def test_another_firm_finds_nothing(office, world):
    holder = office.with_mailbox(office.client())
    elsewhere = world.firm().admin.mailbox_sync
    with pytest.raises(NotFound):
        elsewhere.mailbox(holder.mailbox_id)
    with pytest.raises(NotFound):
        elsewhere.mailboxes({"client": holder.client_id})


def test_a_reader_in_the_clients_group_sees_the_mailbox_and_changes_nothing(office):
    reader_id = office.firm.user("reader")
    group = office.ask.access.create_group({"name": "Lectura", "member_ids": [reader_id]})
    holder = office.with_mailbox(office.client(group_ids=[group["id"]]))
    reader = office.firm.as_user(reader_id).mailbox_sync
    assert reader.mailbox(holder.mailbox_id)["may"] == {"sync": False, "open": False}
    with pytest.raises(NotAllowed):
        reader.remove_mailbox(holder.mailbox_id)
    with pytest.raises(NotAllowed) as refusal:
        reader.sync_now(holder.mailbox_id)
    assert "mailboxes.sync" in refusal.value.message


def test_a_role_that_may_sync_needs_a_grant_on_the_body_too(office):
    holder = office.with_mailbox(office.client())
    with pytest.raises(NotAllowed) as refusal:
        office.ask.mailbox_sync.sync_now(holder.mailbox_id)
    assert "DEHú" in refusal.value.message
    assert office.reader_of_mailboxes.mailbox_sync.mailbox(holder.mailbox_id)["may"] == {"sync": True, "open": False}


def test_a_client_switched_off_is_not_read_not_even_by_hand(office):
    holder = office.readable()
    office.checked(holder)
    asked = asked_of_the_body(office, holder)
    client = office.ask.clients.client(holder.client_id)
    office.ask.clients.change(holder.client_id, {"version": client["version"], "receives_notifications": False})
    until(lambda: office.mailbox(holder)["next_check_at"] is None)
    with pytest.raises(Conflict) as refusal:
        office.reader_of_mailboxes.mailbox_sync.sync_now(holder.mailbox_id)
    assert "no está habilitado" in refusal.value.message
    assert asked_of_the_body(office, holder) == asked


def test_a_client_switched_on_again_is_read_at_once(office):
    holder = office.client(receives_notifications=False)
    office.certify(holder)
    holder = office.with_mailbox(holder)
    assert office.mailbox(holder)["next_check_at"] is None
    client = office.ask.clients.client(holder.client_id)
    office.ask.clients.change(holder.client_id, {"version": client["version"], "receives_notifications": True})
    assert office.checked(holder)["error"] is None


def test_an_archived_client_is_not_read(office):
    holder = office.readable()
    office.checked(holder)
    office.ask.clients.archive(holder.client_id)
    until(lambda: office.mailbox(holder)["next_check_at"] is None)
    with pytest.raises(Conflict) as refusal:
        office.reader_of_mailboxes.mailbox_sync.sync_now(holder.mailbox_id)
    assert "archivado" in refusal.value.message


def test_a_paused_mailbox_is_not_read_until_it_is_resumed(office):
    holder = office.readable()
    mailbox = office.checked(holder)
    paused = office.ask.mailbox_sync.change_mailbox(holder.mailbox_id, {"version": mailbox["version"], "state": "paused"})
    assert (paused["state"], paused["next_check_at"]) == ("paused", None)
    with pytest.raises(Conflict):
        office.reader_of_mailboxes.mailbox_sync.sync_now(holder.mailbox_id)
    office.ask.mailbox_sync.change_mailbox(holder.mailbox_id, {"version": paused["version"], "state": "active"})
    until(lambda: office.mailbox(holder)["last_complete_check_at"] > mailbox["last_complete_check_at"])


def test_a_change_that_changes_nothing_reads_nothing(office):
    """Whoever may change mailboxes may not read them for that."""
    holder = office.readable()
    mailbox = office.checked(holder)
    changed = office.ask.mailbox_sync.change_mailbox(holder.mailbox_id, {"version": mailbox["version"], "via": mailbox["via"]})
    assert changed["next_check_at"] == mailbox["next_check_at"]


def test_an_old_version_changes_nothing(office):
    holder = office.with_mailbox(office.client())
    with pytest.raises(StaleVersion):
        office.ask.mailbox_sync.change_mailbox(holder.mailbox_id, {"version": 7, "state": "paused"})
    assert office.mailbox(holder)["state"] != "paused"


def test_a_removed_mailbox_is_gone(office):
    holder = office.readable(notices=1)
    office.checked(holder)
    office.ask.mailbox_sync.remove_mailbox(holder.mailbox_id)
    with pytest.raises(NotFound):
        office.mailbox(holder)
    assert office.ask.mailbox_sync.mailboxes({"client": holder.client_id})["items"] == []


def test_asking_twice_is_one_reading(office):
    holder = office.readable(notices=60)
    office.checked(holder)
    office.bodies.fault("slow", holder_tax_id=holder.tax_id, value=1)
    asked = [office.reader_of_mailboxes.mailbox_sync.sync_now(holder.mailbox_id)["id"] for _ in range(2)]
    assert len(set(asked)) == 1
    assert office.ended(asked[0])["state"] == "done"


def test_a_permission_withdrawn_stops_what_is_being_read(office):
    holder = office.readable(notices=200)
    before = office.checked(holder)
    office.bodies.fault("slow", holder_tax_id=holder.tax_id, value=1)
    asked = office.reader_of_mailboxes.mailbox_sync.sync_now(holder.mailbox_id)["id"]
    until(lambda: office.ask.mailbox_sync.sync(asked)["pages_read"] >= 1)
    group = office.ask.access.group(office.group_id)
    office.ask.access.change_group(office.group_id, {"version": group["version"], "grants": []})
    sync = office.ended(asked)
    assert (sync["state"], sync["error"]["code"]) == ("failed", "not_allowed")
    assert sync["pages_read"] < sync["total_pages"] == 4
    after = office.mailbox(holder)
    assert (after["last_complete_check_at"], after["error"]) == (before["last_complete_check_at"], None)


def test_pausing_stops_what_is_being_read(office):
    holder = office.readable(notices=200)
    before = office.checked(holder)
    office.bodies.fault("slow", holder_tax_id=holder.tax_id, value=1)
    asked = office.reader_of_mailboxes.mailbox_sync.sync_now(holder.mailbox_id)["id"]
    until(lambda: office.ask.mailbox_sync.sync(asked)["pages_read"] >= 1)
    office.ask.mailbox_sync.change_mailbox(holder.mailbox_id, {"version": before["version"], "state": "paused"})
    sync = office.ended(asked)
    assert (sync["state"], sync["error"]["code"]) == ("failed", "mailbox_paused")
    assert office.mailbox(holder)["last_complete_check_at"] == before["last_complete_check_at"]


def test_the_list_is_filtered_sorted_and_paged(office):
    read, other = office.readable(), office.with_mailbox(office.client())
    office.checked(read)
    office.in_trouble(other)
    listed = office.ask.mailbox_sync.mailboxes
    assert [row["id"] for row in listed({"sort": "-last_complete_check_at"})["items"]] == [read.mailbox_id, other.mailbox_id]
    assert [row["id"] for row in listed({"state": "unreadable"})["items"]] == [other.mailbox_id]
    assert [row["id"] for row in listed({"stale_hours": 24})["items"]] == [other.mailbox_id]
    assert listed({"page_size": 1, "page": 2})["total"] == 2
    assert listed({"body": "aeat"})["total"] == 0


def test_the_bodies_say_what_they_need_and_which_are_read(office):
    bodies = {body["id"]: body for body in office.ask.mailbox_sync.bodies()}
    assert [body for body in bodies if bodies[body]["is_read"]] == ["dehu"]
    assert bodies["dehu"]["vias"] == ["own_certificate", "power", "firm_certificate"] and bodies["dehu"]["needs"]
    assert len(bodies) == 13
