"""Mailboxes of many clients: added once, read now by whoever may, each client and body judged on its own."""

from __future__ import annotations

import pytest

from services.contracts.errors import Invalid, NotAllowed
from tests.jobs import ended, outcomes, told
from tests.mailbox_sync.offices import Office


@pytest.fixture
def office(world, bodies):
    yield Office(world, bodies)
    bodies.clear_faults()


def done(who, ids: list[str], action: str, **more) -> dict:
    return ended(who.mailbox_sync, who.mailbox_sync.bulk({"ids": ids, "action": action, **more}))


def mailboxes_of(who, client_id: str) -> list[dict]:
    return who.mailbox_sync.mailboxes({"client": client_id})["items"]


def test_mailboxes_are_added_to_clients_registered_just_now_and_only_once(office):
    ids = [office.client().client_id for _ in range(3)]
    job = done(office.ask, ids, "add_mailboxes", bodies=["dehu"], via="firm_certificate")
    assert (job["state"], job["counts"]) == ("done", {"created": 3})
    assert [box["via"] for client_id in ids for box in mailboxes_of(office.ask, client_id)] == ["firm_certificate"] * 3
    assert done(office.ask, ids, "add_mailboxes", bodies=["dehu"])["counts"] == {"unchanged": 3}


def test_each_client_and_body_has_an_outcome_of_its_own(office):
    ids = [office.client().client_id, "unknown"]
    job = done(office.ask, ids, "add_mailboxes", bodies=["dehu", "lexnet"])
    found = [(one["line"], one["name"], one["outcome"], sorted(one["errors"])) for one in outcomes(office.ask.mailbox_sync, job)]
    assert found == [
        (1, "dehu", "created", []),
        (2, "lexnet", "refused", ["body"]),
        (3, "dehu", "refused", ["id"]),
        (4, "lexnet", "refused", ["id"]),
    ]


def test_of_a_dry_run_no_mailbox_stays(office):
    client_id = office.client().client_id
    assert done(office.ask, [client_id], "add_mailboxes", bodies=["dehu"], dry_run=True)["counts"] == {"would_create": 1}
    assert mailboxes_of(office.ask, client_id) == []


def test_mailboxes_of_many_are_read_now_and_what_cannot_be_is_said(office):
    with_one, without = office.with_mailbox(office.client()), office.client()
    job = done(office.reader_of_mailboxes, [with_one.client_id, without.client_id], "sync")
    assert [(line, outcome, sorted(errors)) for line, outcome, errors in told(office.reader_of_mailboxes.mailbox_sync, job)] == [
        (1, "created", []),
        (2, "refused", ["id"]),
    ]


def test_without_a_grant_on_the_body_nothing_is_read(office):
    holder = office.with_mailbox(office.client())
    manager = office.firm.as_user(office.firm.user("manager"))
    job = done(manager, [holder.client_id], "sync")
    assert [(outcome, sorted(errors)) for _, outcome, errors in told(manager.mailbox_sync, job)] == [("refused", ["dehu"])]


def test_somebody_elses_clients_are_refused(office):
    holder = office.with_mailbox(office.client())
    stranger = office.firm.as_user(office.firm.user("operator"))
    for action in ({"action": "sync"}, {"action": "add_mailboxes", "bodies": ["dehu"]}):
        assert done(stranger, [holder.client_id], **action)["counts"] == {"refused": 1}


def test_a_role_that_may_not_asks_for_no_job(office):
    reader = office.firm.as_user(office.firm.user("reader"))
    for action in ({"action": "sync"}, {"action": "add_mailboxes", "bodies": ["dehu"]}):
        with pytest.raises(NotAllowed):
            reader.mailbox_sync.bulk({"ids": ["a"], **action})
    with pytest.raises(Invalid):
        office.ask.mailbox_sync.bulk({"ids": ["a"], "action": "archive"})
