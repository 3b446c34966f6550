"""The inbox as people see it: what they may see, in the order of its deadlines, and what they do with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotAllowed, NotFound, StaleVersion
from services.contracts.events import EdictsMatched
from services.contracts.message import new_id
from services.notifications.counting import count_anew
from tests import people
from tests.notifications.found import AVAILABLE_AT, edict, notice
from tests.worlds import until


def counts(inbox) -> tuple:
    client = inbox.admin.clients.client(inbox.client_id)
    return client["pending"], client["nearest_read_by"]


def test_the_nearest_deadline_comes_first_and_what_has_none_last(inbox):
    days = {"tarde": 9, "pronto": 1, "medio": 5}
    dated = (notice(name, available_at=AVAILABLE_AT + timedelta(days=day)) for name, day in days.items())
    inbox.hear(inbox.found(notice("sin", kind="communication"), *dated))
    until(lambda: len(inbox.items()) == 4)
    assert [item["reference"] for item in inbox.items()] == ["pronto", "medio", "tarde", "sin"]
    assert [item["reference"] for item in inbox.items(sort="-read_by")] == ["tarde", "medio", "pronto", "sin"]
    listed = inbox.admin.notifications.notifications({"page": 2, "page_size": 3})
    assert (listed["total"], [item["reference"] for item in listed["items"]]) == (4, ["sin"])


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ({"kind": "edict"}, ["edict"]),
        ({"kind": "communication,notification"}, ["notice", "word"]),
        ({"body": "teu"}, ["edict"]),
        ({"body": "aeat"}, []),
        ({"tray": "pending"}, ["notice", "edict", "word"]),
        ({"tray": "closed,in_progress"}, []),
        ({"body_state": "read"}, ["word"]),
        ({"read_by_before": "2026-10-10"}, ["notice"]),
        ({"q": "coruna requer"}, ["notice", "word"]),
        ({"q": "NÚÑEZ"}, ["notice", "edict", "word"]),
        ({"q": "nada"}, []),
    ],
)
def test_the_list_holds_what_was_asked_for(inbox, page, expected):
    inbox.hear(inbox.found(notice("notice"), notice("word", kind="communication", body_state="read")))
    inbox.hear(EdictsMatched(edicts=(edict(inbox.client_id, edict_id="edict"),)))
    until(lambda: len(inbox.items()) == 3)
    until(lambda: len(inbox.items(q="núñez")) == 3)
    assert [item["reference"] for item in inbox.items(**page)] == expected


def test_an_unknown_filter_is_refused_by_name(inbox):
    with pytest.raises(Invalid) as refused:
        inbox.items(tray="old", sort="subject", colour="red", read_by_before="mañana")
    assert set(refused.value.errors) == {"tray", "sort", "colour", "read_by_before"}


def test_an_operator_sees_the_notifications_of_their_clients_only(inbox):
    user_id = inbox.firm.user("operator")
    group_id = inbox.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})["id"]
    operator = inbox.firm.as_user(user_id)
    mine = operator.clients.register({"tax_id": people.tax_id(), "name": "Mía"})["id"]
    inbox.hear(inbox.found(notice("ajena")))
    inbox.hear(inbox.found(notice("mía"), client_id=mine))
    until(lambda: inbox.items(operator) and len(inbox.items()) == 2)
    assert [item["reference"] for item in inbox.items(operator)] == ["mía"]
    assert [item["reference"] for item in inbox.items(group=group_id)] == ["mía"]
    foreign = next(item["id"] for item in inbox.items() if item["reference"] == "ajena")
    for ask in (operator.notifications.notification, lambda id: operator.notifications.change(id, {"version": 1})):
        with pytest.raises(NotFound):
            ask(foreign)


def test_a_filter_by_a_group_that_one_may_not_know_of_finds_nothing(inbox):
    user_id = inbox.firm.user("operator")
    ours = inbox.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})["id"]
    theirs = inbox.admin.access.create_group({"name": "Fiscal"})["id"]
    inbox.admin.clients.set_groups(inbox.client_id, [ours, theirs])
    inbox.hear(inbox.found(notice("de ambos")))
    operator = inbox.firm.as_user(user_id)
    until(lambda: inbox.items(operator, group=ours) and inbox.items(group=theirs))
    assert inbox.items(operator, group=theirs) == []


def test_the_notifications_of_a_client_are_listed_as_soon_as_it_is_registered(inbox):
    assert inbox.items(client=inbox.client_id) == []


def test_the_notifications_of_a_client_that_one_may_not_see_are_not_found(world, inbox):
    foreign = world.firm().admin.clients.register({"tax_id": people.tax_id(), "name": "Ajena"})["id"]
    operator = inbox.firm.as_user(inbox.firm.user("operator"))
    for user, client_id in ((inbox.admin, foreign), (inbox.admin, new_id()), (operator, inbox.client_id)):
        with pytest.raises(NotFound):
            inbox.items(user, client=client_id)


def test_a_notification_of_another_firm_is_not_found(world, inbox):
    inbox.hear(inbox.found(notice()))
    filed, stranger = inbox.one(), world.firm().admin
    for ask in (stranger.notifications.notification, lambda id: stranger.notifications.change(id, {"version": 1})):
        with pytest.raises(NotFound):
            ask(filed["id"])
    assert stranger.notifications.notifications({})["total"] == 0


def test_a_person_moves_a_notification_between_trays_once(inbox):
    inbox.hear(inbox.found(notice()))
    filed = inbox.one()
    changes = {"version": 1, "processing_state": "in_progress", "process_by": "2026-10-08", "assignee_id": inbox.firm.admin_id}
    changed = inbox.admin.notifications.change(filed["id"], changes)
    assert changed == {**filed, **changes, "version": 2}
    with pytest.raises(StaleVersion):
        inbox.admin.notifications.change(filed["id"], {"version": 1, "processing_state": "closed"})
    assert inbox.one(tray="in_progress", assignee=inbox.firm.admin_id)["id"] == filed["id"]
    assert inbox.admin.notifications.change(filed["id"], {"version": 2, "process_by": None, "assignee_id": None})["process_by"] is None


def test_what_somebody_is_at_work_on_keeps_its_deadline_on_the_client_and_is_pending_no_more(inbox):
    inbox.hear(inbox.found(notice()))
    filed = inbox.one()
    until(lambda: counts(inbox) == (1, filed["read_by"]))
    inbox.admin.notifications.change(filed["id"], {"version": 1, "processing_state": "in_progress"})
    until(lambda: counts(inbox) == (0, filed["read_by"]))
    inbox.admin.notifications.change(filed["id"], {"version": 2, "processing_state": "closed"})
    until(lambda: counts(inbox) == (0, None))


def test_every_bad_change_is_named_at_once(inbox):
    inbox.hear(inbox.found(notice()))
    wrong = {"processing_state": "lost", "process_by": "ayer", "assignee_id": 7, "read_by": ""}
    with pytest.raises(Invalid) as refused:
        inbox.admin.notifications.change(inbox.one()["id"], wrong)
    assert set(refused.value.errors) == {"version", "processing_state", "process_by", "assignee_id", "read_by"}


def test_a_notification_is_given_to_active_people_of_the_firm_only(world, inbox):
    inbox.hear(inbox.found(notice()))
    filed = inbox.one()
    for nobody in (new_id(), world.firm().admin_id):
        with pytest.raises(Invalid) as refused:
            inbox.admin.notifications.change(filed["id"], {"version": 1, "assignee_id": nobody})
        assert refused.value.errors == {"assignee_id": ["No es una persona activa del despacho."]}


def test_a_notification_is_given_to_who_may_see_its_client_only(inbox):
    inbox.hear(inbox.found(notice()))
    filed, colleague = inbox.one(), inbox.firm.user("operator")
    with pytest.raises(Invalid, match="no son válidos") as refused:
        inbox.admin.notifications.change(filed["id"], {"version": 1, "assignee_id": colleague})
    assert "grupos del cliente" in refused.value.errors["assignee_id"][0]
    group_id = inbox.admin.access.create_group({"name": "Fiscal", "member_ids": [colleague]})["id"]
    inbox.admin.clients.set_groups(filed["client_id"], [group_id])

    def given() -> bool:
        try:
            return bool(inbox.admin.notifications.change(filed["id"], {"version": 1, "assignee_id": colleague}))
        except Invalid:
            return False

    until(given)


def test_who_has_a_notification_keeps_it_when_they_lose_sight_of_its_client(inbox):
    inbox.hear(inbox.found(notice()))
    filed, colleague = inbox.one(), inbox.firm.user("manager")
    inbox.admin.notifications.change(filed["id"], {"version": 1, "assignee_id": colleague})
    user = inbox.admin.access.user(colleague)
    inbox.admin.access.change_user(colleague, {"version": user["version"], "role": "operator"})
    changed = inbox.admin.notifications.change(filed["id"], {"version": 2, "assignee_id": colleague, "processing_state": "closed"})
    assert (changed["assignee_id"], changed["processing_state"]) == (colleague, "closed")


def test_a_reader_may_not_process(inbox):
    user_id = inbox.firm.user("reader")
    group_id = inbox.admin.access.create_group({"name": "Lectura", "member_ids": [user_id]})["id"]
    inbox.admin.clients.set_groups(inbox.client_id, [group_id])
    inbox.hear(inbox.found(notice()))
    reader = inbox.firm.as_user(user_id)
    (filed,) = until(lambda: inbox.items(reader))
    with pytest.raises(NotAllowed):
        reader.notifications.change(filed["id"], {"version": 1})


def test_the_client_list_shows_how_much_waits_and_until_when(inbox):
    later = notice(available_at=AVAILABLE_AT + timedelta(days=3))
    inbox.hear(inbox.found(notice(), later), copies=5)
    until(lambda: counts(inbox) == (2, "2026-10-09"))
    first = inbox.items()[0]
    inbox.admin.notifications.change(first["id"], {"version": 1, "processing_state": "closed"})
    until(lambda: counts(inbox) == (1, "2026-10-12"))
    second = inbox.items(tray="pending")[0]
    inbox.admin.notifications.change(second["id"], {"version": 1, "processing_state": "closed"})
    until(lambda: counts(inbox) == (0, None))


def test_what_was_accepted_waits_no_longer_for_a_day(inbox):
    inbox.hear(inbox.found(notice(body_state="accepted")))
    until(lambda: counts(inbox) == (1, None))


def test_a_client_is_counted_once_in_a_unit_of_work(world, inbox):
    store = world.store("notifications")
    with store.begin(Asking(tenant_id=inbox.firm.tenant_id)) as db:
        for _ in range(3):
            count_anew(db, [inbox.client_id])
    with store.begin() as db:
        told = [row.envelope for row in db.query(store.model.Outgoing).filter_by(topic="notifications.clients_counted")]
    assert len([envelope for envelope in told if envelope["tenant_id"] == inbox.firm.tenant_id]) == 1
