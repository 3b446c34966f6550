"""A day of the bulletin: read once, whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.chassis.asking import Asking
from services.contracts.errors import Conflict, Invalid
from services.contracts.message import utc_now
from services.teu_watcher import schedule
from services.teu_watcher.catching_up import read_due
from services.teu_watcher.coverage import ask_for
from services.teu_watcher.day import ATTEMPTS, EDICTS_A_COMMIT
from services.teu_watcher.models import Day, Edict, Model, Source
from services.teu_watcher.turn import NAME, Turn, TurnOver
from tests.people import tax_id
from tests.teu_watcher.hostile import bomb, wordless
from tests.teu_watcher.house import days_ago, edict, opened

YESTERDAY = days_ago(1)


def pdf_path(day):
    return f"/boe_n/dias/{day:%Y/%m/%d}/not.php"


def index_path(day):
    return f"/boe_n/dias/{day:%Y/%m/%d}/index.php"


def gap(house, day):
    return next((gap for gap in house.coverage()["gaps"] if gap["date"] == day.isoformat()), None)


def test_a_day_is_read_whole(house):
    house.bulletin.publish(YESTERDAY, [edict(tax_id()), edict(tax_id())])
    job = house.read(YESTERDAY)
    assert (job["state"], job["date"], job["error"]) == ("done", YESTERDAY.isoformat(), None)
    assert (job["position"], job["total"]) == (2, 2)
    assert house.coverage()["days_read"] == [YESTERDAY.isoformat()]


def test_a_day_read_twice_fetches_each_pdf_once_and_tells_each_match_once(house):
    watched = tax_id()
    client = house.watch(watched)
    (edict_id,) = house.bulletin.publish(YESTERDAY, [edict(watched)])
    house.read(YESTERDAY)
    house.read(YESTERDAY)
    assert house.asked_for(YESTERDAY) == 1
    assert house.told() == [("firm", client, edict_id)]


def test_an_edict_that_appears_later_reopens_the_day_and_is_read(house):
    watched = tax_id()
    house.watch(watched)
    house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    house.read(YESTERDAY)
    (late,) = house.bulletin.publish(YESTERDAY, [edict(watched)])
    assert house.read(YESTERDAY)["total"] == 2
    assert [match.edict_id for match in house.matches()] == [late]


def test_days_missed_since_the_watching_began_are_caught_up(house):
    days = [days_ago(count) for count in (3, 2, 1)]
    for day in days:
        house.bulletin.publish(day, [edict(tax_id())])
    house.look()
    with house.store.begin() as db:
        db.get(Source, "boe").watching_since = days[0]
    with house.store.begin() as db:
        db.add(Day(published_on=days[1], next_at=utc_now()))
    house.look()
    assert house.coverage()["days_read"] == [day.isoformat() for day in days]


def test_days_before_the_first_start_are_not_read_unasked(house):
    house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    house.look()
    assert house.asked_for(YESTERDAY, "index") == 0


def test_who_answers_nothing_but_other_pages_sets_no_edict_aside(house):
    house.bulletin.publish(YESTERDAY, [edict(tax_id()), edict(tax_id())])
    house.stand_in.instead[pdf_path(YESTERDAY)] = (403, {}, b"")
    for _ in range(ATTEMPTS + 1):
        assert house.read(YESTERDAY)["state"] == "failed"
    with house.store.begin() as db:
        assert [row.attempts for row in db.scalars(select(Edict))] == [0, 0]
    house.stand_in.instead.clear()
    assert house.read(YESTERDAY)["state"] == "done"


@pytest.mark.parametrize(
    "answer",
    [
        (500, {}, b""),
        (200, {}, b"<html><body>Mantenimiento</body></html>"),
        (200, {}, b"<html><body><div id='indiceSumarioN'><p>No se han publicado anuncios de notificacion</p></div></body></html>"),
        (302, {"Location": "/otra"}, b""),
    ],
    ids=["500", "another page", "an empty index", "moved"],
)
def test_an_index_that_is_not_right_leaves_the_day_open_and_is_read_later(house, answer):
    house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    house.stand_in.instead[index_path(YESTERDAY)] = answer
    job = house.read(YESTERDAY)
    assert job["state"] == "failed" and gap(house, YESTERDAY)["error"] == job["error"]["message"]
    house.stand_in.instead.clear()
    house.make_due(YESTERDAY)
    house.look()
    assert gap(house, YESTERDAY) is None and house.coverage()["days_read"] == [YESTERDAY.isoformat()]


@pytest.mark.parametrize("answer", [(500, {}, b""), (404, {}, b""), (200, {}, b"%PDF-1.4 cut")], ids=["500", "404", "a cut PDF"])
def test_a_pdf_that_cannot_be_had_leaves_the_day_open_and_is_read_later(house, answer):
    watched = tax_id()
    house.watch(watched)
    house.bulletin.publish(YESTERDAY, [edict(watched)])
    house.stand_in.instead[pdf_path(YESTERDAY)] = answer
    assert house.read(YESTERDAY)["state"] == "failed" and not house.matches()
    house.stand_in.instead.clear()
    assert house.read(YESTERDAY)["state"] == "done" and len(house.matches()) == 1


def test_a_look_that_failed_waits_longer_each_time(house):
    house.stand_in.instead[index_path(YESTERDAY)] = (500, {}, b"")
    pauses = []
    for _ in range(3):
        house.read(YESTERDAY)
        with house.store.begin() as db:
            known = db.get(Day, YESTERDAY)
            pauses.append((known.next_at - known.last_polled_at).total_seconds())
    assert pauses == [60, 120, 240]


@pytest.mark.parametrize("hostile", [bomb(), wordless()], ids=["bomb", "no words"])
def test_an_edict_that_nobody_can_read_is_set_aside_by_name_and_the_day_stays_open(house, hostile):
    (edict_id,) = house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    house.stand_in.instead[pdf_path(YESTERDAY)] = (200, {}, hostile)
    house.read(YESTERDAY)
    for _ in range(ATTEMPTS):
        house.make_due(YESTERDAY)
        house.look()
    found = gap(house, YESTERDAY)
    assert found["unreadable"] == [edict_id] and edict_id in found["error"] and found["state"] == "reading"
    assert house.asked_for(YESTERDAY) == ATTEMPTS


def test_an_edict_set_aside_is_tried_anew_when_somebody_asks(house):
    house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    house.read(YESTERDAY)
    with house.store.begin() as db:
        db.scalars(select(Edict)).one().state = "unreadable"
    assert house.read(YESTERDAY)["state"] == "done" and house.asked_for(YESTERDAY) == 2


def test_one_bad_edict_does_not_keep_the_others_from_being_found(house):
    watched = tax_id()
    house.watch(watched)
    house.bulletin.publish(YESTERDAY, [edict(watched, issuer="Zaragoza")])
    house.bulletin.publish(YESTERDAY, [edict(tax_id(), issuer="Ayuntamiento")])
    with house.store.begin() as db:
        db.add(Edict(id="BOE-N-2026-999999", published_on=YESTERDAY, heading=heading(house), url=house.stand_in.url + "/boe_n/nothing"))
    assert house.read(YESTERDAY)["state"] == "failed"
    assert len(house.matches()) == 1


def heading(house):
    return house.store.seals.seal("", "edict", b'{"issuer": "A", "title": "B"}')


def test_another_process_that_reads_is_left_alone(house):
    house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    with Turn(house.store, "on", threading.Event()).taken():
        assert house.read(YESTERDAY)["state"] == "queued"
    house.look()
    assert house.coverage()["days_read"] == [YESTERDAY.isoformat()]


def test_whoever_lost_the_lease_writes_nothing_more(house):
    mine = Turn(house.store, "on", threading.Event())
    with mine.taken():
        with house.store.begin() as db:
            db.get_one(Model.Lease, NAME).holder = "another"
        with pytest.raises(TurnOver), mine.writing():
            pass


def test_a_process_that_is_to_end_leaves_the_rest_for_the_next_one(house):
    house.bulletin.publish(YESTERDAY, [edict(tax_id())])
    stopping = threading.Event()
    stopping.set()
    with house.store.begin() as db:
        db.add(Day(published_on=YESTERDAY, next_at=utc_now()))
    read_due(house.room, house.store, stopping)
    assert house.coverage()["days_read"] == []
    house.look()
    assert house.coverage()["days_read"] == [YESTERDAY.isoformat()]


def test_a_reading_that_was_broken_off_goes_on_after_what_was_committed(house):
    class AfterTheFirstCommit(threading.Event):
        def is_set(self):
            return house.asked_for(YESTERDAY) > EDICTS_A_COMMIT

    ids = house.bulletin.publish(YESTERDAY, [edict(tax_id()) for _ in range(EDICTS_A_COMMIT + 2)])
    with house.store.begin() as db:
        db.add(Day(published_on=YESTERDAY, next_at=utc_now()))
    read_due(house.room, house.store, AfterTheFirstCommit())
    house.look()
    assert house.coverage()["days_read"] == [YESTERDAY.isoformat()]
    assert house.asked_for(YESTERDAY) == len(ids) + 2


def test_nothing_is_fetched_while_the_source_is_off(tmp_path):
    with opened(tmp_path, teu_source="off") as house:
        house.look()
        assert house.stand_in.asked == []


def test_asking_for_a_day_while_the_source_is_off_is_refused_with_the_reason(tmp_path):
    with opened(tmp_path, teu_source="off") as house, pytest.raises(Conflict, match="robots"), house.store.begin() as db:
        ask_for(db, Asking(tenant_id="firm"), YESTERDAY, "off")


@pytest.mark.parametrize("wrong", ["tomorrow", "too old", "sunday"])
def test_a_day_that_cannot_be_read_is_refused(house, wrong):
    today = schedule.today(utc_now())
    day = {
        "tomorrow": today + timedelta(days=1),
        "too old": today - timedelta(days=schedule.KEPT_DAYS + 1),
        "sunday": today - timedelta(days=today.weekday() + 1),
    }[wrong]
    with pytest.raises(Invalid) as refused:
        house.read(day)
    assert "date" in refused.value.errors
