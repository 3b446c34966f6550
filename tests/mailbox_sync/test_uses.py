"""The trail has of each use of a certificate how it ended, in an entry that names the first."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from services.chassis.database import EVENTS
from services.mailbox_sync import endings
from services.mailbox_sync.checks import held
from services.mailbox_sync.completing import complete_together
from services.mailbox_sync.models import Model
from services.mailbox_sync.worker import NO_LONGER_ALLOWED
from tests.mailbox_sync.offices import Office
from tests.mailbox_sync.scheduled import EVERY_S, page, plant, take
from tests.worlds import until


@pytest.fixture
def office(world, bodies):
    yield Office(world, bodies)
    bodies.clear_faults()


def listed(office: Office, act: str, subject: str = "") -> list[dict]:
    return office.firm.admin.audit.entries({"act": act, **({"subject": subject} if subject else {})})["items"]


def pairs(office: Office, count: int) -> list[tuple[dict, dict]]:
    """The uses of the firm's certificates, the newest first, each with its end."""
    until(lambda: len(listed(office, "certificate_use_ended")) == count, f"{count} uses have ended")
    return [(used, *listed(office, "certificate_use_ended", used["id"])) for used in listed(office, "certificate_used")]


def test_a_mailbox_that_was_read_has_used_its_certificate(office):
    office.checked(office.readable(notices=2))
    ((used, ended),) = pairs(office, 1)
    assert (used["detail"]["reason"], used["user_id"], ended["user_id"]) == ("schedule", "", "")
    assert ended["detail"] == {"certificate_id": used["subject"], "outcome": "used"}
    assert ended["seq"] > used["seq"]


def test_a_reading_by_hand_that_failed_says_who_asked_and_why_it_failed(office):
    holder = office.readable(notices=2)
    office.checked(holder)
    office.bodies.fault("error_500", holder_tax_id=holder.tax_id)
    assert office.sync(holder)["state"] == "failed"
    (used, ended), _ = pairs(office, 2)
    assert used["user_id"] == ended["user_id"] != ""
    assert (used["detail"]["reason"], ended["detail"]["outcome"], ended["detail"]["code"]) == ("sync", "failed", "server_error")


def told(store) -> list[tuple[str, str, str]]:
    """(use, outcome, code) of what was published."""
    found = []
    with store.begin() as db:
        for row in db.scalars(select(Model.Outgoing).where(Model.Outgoing.topic == "mailbox_sync.certificate_uses_ended")):
            payload = json.loads(store.seals.open(row.envelope["tenant_id"], EVENTS, row.envelope["sealed"]))
            found += [(use["use_id"], use["outcome"], use["code"]) for use in payload["uses"]]
    return sorted(found)


def released(store, count: int) -> list:
    plant(store, "a", count)
    checks = take(store)
    for number, check in enumerate(checks):
        check.use_id = f"use-{number}"
    return checks


def test_checks_that_end_together_are_told_in_one_event(store):
    checks = released(store, 3)
    with store.begin(checks[0].asking) as db:
        complete_together(db, [(check, page()) for check in checks], EVERY_S)
    assert told(store) == [(f"use-{number}", "used", "") for number in range(3)]
    with store.begin() as db:
        assert list(db.scalars(select(Model.Outgoing.topic))).count("mailbox_sync.certificate_uses_ended") == 1


def test_a_key_that_was_handed_back_or_given_up_is_told_to_be_unused_or_to_have_failed(store):
    stopped, given_up = released(store, 2)
    given_up.asked_s = 1.0
    with held(store, stopped) as (db, now):
        endings.hand_back(db, stopped, now)
    with held(store, given_up) as (db, now):
        endings.give_up(db, given_up, now, NO_LONGER_ALLOWED, EVERY_S)
    assert told(store) == [("use-0", "unused", "stopped"), ("use-1", "failed", "not_allowed")]


def test_a_check_without_a_key_tells_of_no_use(store):
    plant(store, "a", 1)
    (check,) = take(store)
    with held(store, check) as (db, now):
        endings.hand_back(db, check, now)
    assert told(store) == []
