"""What a body does when it is not well: the mailbox shows the error, its last complete check stays, the others go on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.mailbox_sync.offices import Office

PASSING = {
    "error_500": "server_error",
    "timeout": "timeout",
    "reset": "unreachable",
    "truncated": "unreachable",
    "maintenance": "server_error",
    "repeat_row": "repeated_row",
    "lose_row": "rows_missing",
    "changed_page": None,
    "revoked_power": None,
    "certificate_refused": "certificate_refused",
}


@pytest.fixture
def office(world, bodies):
    yield Office(world, bodies)
    bodies.clear_faults()


@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_is_shown_and_leaves_the_last_complete_check(office, kind):
    holder, neighbour = office.readable(notices=3), office.readable(notices=1)
    before = office.checked(holder)
    office.checked(neighbour)
    office.bodies.fault(kind, holder_tax_id=holder.tax_id, **({"value": 6} if kind == "timeout" else {}))
    failed, other = office.sync(holder), office.sync(neighbour)
    after = office.mailbox(holder)
    assert (failed["state"], other["state"]) == ("failed", "done")
    assert failed["error"] == after["error"] and failed["error"]["message"]
    assert PASSING[kind] in (None, failed["error"]["code"])
    assert after["last_complete_check_at"] == before["last_complete_check_at"]


def test_a_notice_of_a_year_that_cannot_be_is_shown_and_leaves_the_last_complete_check(office):
    holder = office.readable(notices=3)
    before = office.checked(holder)
    office.bodies.notice(holder.tax_id, holder.name, "Requerimiento", available_at=datetime(2150, 1, 1, tzinfo=UTC))
    assert office.sync(holder)["error"]["code"] == "not_a_date"
    after = office.mailbox(holder)
    assert after["error"]["code"] == "not_a_date" and after["last_complete_check_at"] == before["last_complete_check_at"]


def test_a_mailbox_recovers_with_the_body(office):
    holder = office.readable(notices=3)
    before = office.checked(holder)
    office.bodies.fault("error_500", holder_tax_id=holder.tax_id, times=1)
    assert office.sync(holder)["state"] == "failed"
    assert office.sync(holder)["state"] == "done"
    after = office.mailbox(holder)
    assert after["error"] is None and after["last_complete_check_at"] > before["last_complete_check_at"]


def test_half_a_listing_is_kept_and_does_not_count_as_a_check(office):
    """The second page never comes: what the first one said is not lost, and nobody is told that the mailbox was checked."""
    holder = office.client()
    office.certify(holder)
    office.bodies.many([holder.tax_id], 60, seed=holder.tax_id)
    office.bodies.fault("lose_row", holder_tax_id=holder.tax_id)
    holder = office.with_mailbox(holder)
    mailbox = office.in_trouble(holder)
    assert mailbox["last_complete_check_at"] is None
    assert 0 < len(office.known(holder)) < 60


def test_a_list_that_changes_while_it_is_read_is_read_again_from_its_first_page(office):
    holder = office.readable(notices=60)
    office.checked(holder)
    office.bodies.fault("shifted_page", holder_tax_id=holder.tax_id, times=1)
    sync = office.sync(holder)
    assert (sync["state"], sync["pages_read"], sync["notices_seen"]) == ("done", 2, 60)


def test_whoever_asks_is_let_through_while_the_certificate_rests(office):
    holder = office.readable(notices=1)
    office.checked(holder)
    office.bodies.fault("rate_limit", holder_tax_id=holder.tax_id)
    assert office.sync(holder)["error"]["code"] == "too_many_requests"
    assert office.mailbox(holder)["state"] == "active"
    office.bodies.clear_faults()
    assert office.sync(holder)["state"] == "done"
    assert office.mailbox(holder)["error"] is None


def test_a_body_that_answered_shows_in_its_health(office):
    holder = office.readable(notices=1)
    office.checked(holder)
    dehu = next(row for row in office.ask.mailbox_sync.health() if row["body"] == "dehu")
    assert dehu["checks"] > 0 and dehu["last_good_read_at"] and dehu["p95_ms"] >= dehu["p50_ms"] > 0
