"""The bulletin as users meet it, in both worlds, on the sandbox. Each test takes a day of its own, because the bulletin is everybody's."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
from sqlalchemy import text, update

from services.contracts.errors import Invalid, NotAllowed, NotFound
from services.contracts.events import ClientFacts, ClientsChanged, ClientsRegistered
from services.contracts.message import new_id, utc_now
from services.teu_watcher.models import Day, Edict
from tests import facts
from tests.people import tax_id
from tests.teu_watcher.house import days_ago, edict
from tests.worlds import until

numbers = itertools.count(2)
PAGE = {"page": 1, "page_size": 50}


@pytest.fixture
def day() -> date:
    """A bulletin day that no other test uses."""
    return days_ago(next(numbers))


@pytest.fixture
def firm(world):
    return world.firm()


def watched(world, firm, *, group_ids: tuple[str, ...] = (), holder: str = "") -> ClientFacts:
    """A client that the watcher has heard of."""
    flags = {"receives_notifications": True, "watch_edicts": True, "is_archived": False}
    client = ClientFacts(client_id=new_id(), tax_id=holder or tax_id(), name="Cliente", group_ids=group_ids, version=1, **flags)
    facts.publish(world, firm.tenant_id, ClientsRegistered(clients=(client,)))
    until(lambda: is_watched(world, client), "the watch is kept")
    return client


def is_watched(world, client: ClientFacts) -> bool:
    with world.store("teu_watcher").begin() as db:
        return bool(db.scalar(text("select count(*) from watched where client_id = :id"), {"id": client.client_id}))


def read(firm, day: date) -> dict:
    job = firm.admin.teu_watcher.read_day(day.isoformat())
    return until(lambda: ended(firm, job["id"]), "the day is read")


def ended(firm, job_id: str) -> dict | None:
    job = firm.admin.teu_watcher.job(job_id)
    return job if job["state"] in ("done", "failed") else None


def test_a_day_that_was_asked_for_is_read_and_its_edicts_are_listed(world, bodies, firm, day):
    client = watched(world, firm)
    reference, _ = bodies.edicts(day, [edict(client.tax_id), edict(tax_id())])
    assert read(firm, day)["state"] == "done"
    (found,) = firm.admin.teu_watcher.edicts(PAGE | {"date": day.isoformat()})["items"]
    assert (found["client_id"], found["reference"], found["match"]) == (client.client_id, reference, "on_reading")
    assert firm.admin.teu_watcher.edict(found["id"]) == found and client.tax_id in found["row"] and found["has_document"]
    assert day.isoformat() in firm.admin.teu_watcher.coverage()["days_read"]


def test_an_edict_is_seen_by_those_who_see_the_client_and_by_nobody_else(world, bodies, firm, day):
    group = firm.admin.access.create_group({"name": "G", "description": "", "grants": []})["id"]
    member = firm.admin.access.create_user({"email": f"{new_id()}@x.example", "name": "M", "role": "reader", "group_ids": [group]})["id"]
    client = watched(world, firm, group_ids=(group,))
    bodies.edicts(day, [edict(client.tax_id)])
    read(firm, day)
    (found,) = firm.as_user(member).teu_watcher.edicts(PAGE)["items"]
    outsider = firm.as_user(firm.user("reader"))
    assert outsider.teu_watcher.edicts(PAGE)["total"] == 0
    with pytest.raises(NotFound):
        outsider.teu_watcher.edict(found["id"])


def test_an_edict_that_the_database_cannot_keep_leaves_the_others_to_each_firm(world, bodies, firm, day):
    """The first is given up in the middle of writing it for a firm; what follows is written for the right ones."""
    shared, other = tax_id(), world.firm()
    watched(world, firm, holder=shared), watched(world, other, holder=shared)
    bad, *good = bodies.edicts(day, [edict(shared) for _ in range(3)])
    store, url = world.store("teu_watcher"), f"{bodies.url}/boe_n/dias/{day:%Y/%m/%d}/not.php?id={bad}"
    with store.begin() as db:
        heading = store.seals.seal("", "edict", b'{"issuer": "A", "title": "\\ud800"}')
        db.add(Edict(id=bad, published_on=day, heading=heading, url=url))
    assert (read(firm, day)["position"], len(good)) == (2, 2)
    for asker in (firm, other):
        assert sorted(item["reference"] for item in asker.admin.teu_watcher.edicts(PAGE)["items"]) == sorted(good)


def test_two_firms_that_watch_one_person_see_only_their_own_match(world, bodies, firm, day):
    shared, other = tax_id(), world.firm()
    ours, theirs = watched(world, firm, holder=shared), watched(world, other, holder=shared)
    bodies.edicts(day, [edict(shared)])
    read(firm, day)
    for asker, client in ((firm, ours), (other, theirs)):
        found = asker.admin.teu_watcher.edicts(PAGE)
        assert [item["client_id"] for item in found["items"]] == [client.client_id]
    with pytest.raises(NotFound):
        other.admin.teu_watcher.edict(firm.admin.teu_watcher.edicts(PAGE)["items"][0]["id"])


def test_a_client_registered_after_the_day_was_read_finds_its_edict_with_row_and_pdf(world, bodies, firm, day):
    late = tax_id()
    bodies.edicts(day, [edict(late)])
    read(firm, day)
    watched(world, firm, holder=late)
    found = until(lambda: [item for item in firm.admin.teu_watcher.edicts(PAGE)["items"] if item["has_document"]], "the PDF is fetched")
    assert found[0]["match"] == "afterwards" and late in found[0]["row"]


def test_a_client_whose_flag_is_switched_off_is_not_matched_any_more(world, bodies, firm, day):
    client = watched(world, firm)
    off = ClientFacts(**{name: getattr(client, name) for name in client.__dataclass_fields__} | {"watch_edicts": False, "version": 2})
    facts.publish(world, firm.tenant_id, ClientsChanged(clients=(off,)))
    until(lambda: not is_watched(world, client), "the watch ends")
    bodies.edicts(day, [edict(client.tax_id)])
    read(firm, day)
    assert firm.admin.teu_watcher.edicts(PAGE)["total"] == 0


def test_a_day_added_to_is_read_again_by_the_schedule(world, bodies, firm, day):
    client = watched(world, firm)
    bodies.edicts(day, [edict(tax_id())])
    read(firm, day)
    bodies.edicts(day, [edict(client.tax_id)])
    with world.store("teu_watcher").begin() as db:
        db.execute(update(Day).where(Day.published_on == day).values(next_at=utc_now()))
    until(lambda: firm.admin.teu_watcher.edicts(PAGE)["total"] == 1, "the late edict is found")


@pytest.mark.parametrize("fault", ["error_500 index", "truncated index", "truncated edict", "reset edict"])
def test_a_bulletin_that_fails_leaves_the_day_open_until_it_is_well(world, bodies, firm, day, fault):
    client = watched(world, firm)
    bodies.edicts(day, [edict(client.tax_id)])
    kind, operation = fault.split()
    bodies.fault(kind, body="teu", operation=operation)
    try:
        failed = read(firm, day)
    finally:
        bodies.clear_faults()
    gaps = firm.admin.teu_watcher.coverage()["gaps"]
    assert failed["state"] == "failed" and failed["error"] and day.isoformat() in [gap["date"] for gap in gaps]
    assert read(firm, day)["state"] == "done"
    assert firm.admin.teu_watcher.edicts(PAGE)["total"] == 1


def test_only_who_manages_the_settings_may_have_a_day_read(firm, day):
    with pytest.raises(NotAllowed):
        firm.as_user(firm.user("operator")).teu_watcher.read_day(day.isoformat())


@pytest.mark.parametrize("wrong", ["2026-02-30", "", None, 7, (utc_now() + timedelta(days=9)).date().isoformat()])
def test_a_wrong_day_is_refused_by_name(firm, wrong):
    with pytest.raises(Invalid) as refused:
        firm.admin.teu_watcher.read_day(wrong)
    assert "date" in refused.value.errors


def test_a_day_that_was_asked_for_is_in_the_trail_and_a_wrong_one_is_not(firm, day):
    with pytest.raises(Invalid):
        firm.admin.teu_watcher.read_day((utc_now() + timedelta(days=9)).date().isoformat())
    firm.admin.teu_watcher.read_day(day.isoformat())
    (entry,) = firm.admin.audit.entries({"act": "read_day"})["items"]
    assert (entry["user_id"], entry["subject"]) == (firm.admin_id, day.isoformat())


def test_a_job_is_not_found_by_another_firm(world, bodies, firm, day):
    job = firm.admin.teu_watcher.read_day(day.isoformat())
    with pytest.raises(NotFound):
        world.firm().admin.teu_watcher.job(job["id"])


def test_everybody_is_told_whether_the_bulletin_is_read(firm):
    shown = firm.as_user(firm.user("reader")).teu_watcher.source()
    assert shown["is_on"] and shown["reason"]
