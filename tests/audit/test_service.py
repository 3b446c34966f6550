"""The trail in both worlds: gapless, per tenant, never changed."""

from __future__ import annotations

import eventlet
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from services.audit.entry import digest
from services.audit.models import Entry
from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotAllowed
from services.contracts.events import ClientFacts, ClientsRegistered, TeuSourceSwitched
from services.contracts.message import new_id
from tests import people
from tests.facts import publish
from tests.worlds import until


@pytest.fixture
def firm(world):
    return world.firm()


def act(tenant_id: str, subject: str = "s", **more) -> dict:
    return {"tenant_id": tenant_id, "act": "test.acted", "user_id": "u", "subject": subject, "detail": {}, **more}


def trail_of(world, tenant_id: str) -> list[Entry]:
    with world.store("audit").begin(Asking(tenant_id=tenant_id)) as db:
        return list(db.scalars(select(Entry).where(Entry.act == "test.acted").order_by(Entry.seq)))


def listed(firm, **wanted) -> list[dict]:
    return firm.admin.audit.entries(wanted)["items"]


def test_entries_of_two_tenants_in_one_call_get_their_ids_in_the_order_given(world):
    one, two = new_id(), new_id()
    ids = world.nobody.audit.record([act(two, "1"), act(one, "2"), act(two, "3")])
    subjects = {entry.id: (entry.tenant_id, entry.subject) for tenant in (one, two) for entry in trail_of(world, tenant)}
    assert [subjects[entry_id] for entry_id in ids] == [(two, "1"), (one, "2"), (two, "3")]


def test_numbers_have_no_gap_when_many_append_at_once(world):
    tenant = new_id()

    def append_some() -> None:
        caller = world.caller({})
        for _ in range(5):
            caller.audit.record([act(tenant), act(tenant)])

    pool = eventlet.GreenPool()
    for _ in range(4):
        pool.spawn(append_some)
    pool.waitall()
    assert [entry.seq for entry in trail_of(world, tenant)] == list(range(1, 41))


def test_an_entry_read_back_has_the_digest_it_was_stored_with(world):
    tenant = new_id()
    world.nobody.audit.record([act(tenant, detail={"reason": "señal «ñ»", "count": 3, "is_on": True})])
    (entry,) = trail_of(world, tenant)
    assert digest({column.name: getattr(entry, column.name) for column in Entry.__table__.columns}) == entry.digest


@pytest.mark.parametrize("change", ["UPDATE entries SET user_id = 'x'", "DELETE FROM entries"])
def test_the_database_refuses_to_change_or_remove_an_entry(world, change):
    tenant = new_id()
    world.nobody.audit.record([act(tenant)])
    with pytest.raises(DBAPIError, match="append-only"), world.store("audit").begin(Asking(tenant_id=tenant)) as db:
        db.execute(text(change))


def test_one_bad_entry_refuses_the_whole_call_and_is_named(world):
    tenant = new_id()
    with pytest.raises(Invalid) as refused:
        world.nobody.audit.record([act(tenant), {"tenant_id": tenant}])
    assert set(refused.value.errors) == {"entries.1.act"}
    assert trail_of(world, tenant) == []


def test_what_a_person_does_is_kept_with_who_did_it(firm):
    user_id = firm.user("operator")
    (entry,) = until(lambda: listed(firm, act="access.user_changed", subject=user_id))
    assert (entry["user_id"], entry["detail"]["change"]) == (firm.admin_id, "created")


def test_a_bulk_is_one_entry_however_often_its_fact_arrives(world, firm):
    shown = {"receives_notifications": True, "watch_edicts": True, "is_archived": False, "group_ids": (), "version": 1}
    clients = tuple(ClientFacts(client_id=new_id(), tax_id="00000000T", name="Nadie", **shown) for _ in range(3))
    publish(world, firm.tenant_id, ClientsRegistered(clients=clients), copies=5)
    publish(world, firm.tenant_id, TeuSourceSwitched(is_on=True, reason="prueba"))
    until(lambda: listed(firm, act="teu_watcher.teu_source_switched"))
    (entry,) = listed(firm, act="clients.clients_registered")
    assert (entry["subject"], entry["detail"]["count"]) == ("", 3)
    assert "Nadie" not in str(entry) and "00000000T" not in str(entry)


def test_the_list_is_filtered_paged_and_sorted(world, firm):
    world.nobody.audit.record([act(firm.tenant_id, str(number), user_id=f"u{number % 2}") for number in range(4)])
    page = firm.admin.audit.entries({"act": "test.acted", "user_id": "u1", "page_size": 1, "page": 2, "sort": "seq"})
    assert (page["total"], [entry["subject"] for entry in page["items"]]) == (2, ["3"])
    assert [entry["subject"] for entry in listed(firm, act="test.acted")] == ["3", "2", "1", "0"]
    written_at = listed(firm, act="test.acted", subject="0")[0]["at"]
    assert len(listed(firm, act="test.acted", **{"from": written_at})) == 4
    assert listed(firm, act="test.acted", to=written_at) == []


def test_only_who_may_read_the_trail_reads_it(firm):
    operator = firm.as_user(firm.user("operator"))
    with pytest.raises(NotAllowed):
        operator.audit.entries({})


def test_a_firm_does_not_see_the_trail_of_another(world, firm):
    world.nobody.audit.record([act(new_id(), "theirs")])
    assert listed(firm, subject="theirs") == []


def test_the_trail_names_the_fields_of_a_client_that_are_new_and_says_nothing_of_what_is_in_them(firm):
    client = firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Nadie"})
    firm.admin.clients.change(client["id"], {"version": 1, "receives_notifications": False, "notes": "algo privado"})
    (entry,) = until(lambda: listed(firm, act="clients.clients_changed", subject=client["id"]))
    assert entry["detail"]["fields"] == ["notes", "receives_notifications"]
    assert "privado" not in str(entry)


def test_the_trail_names_the_groups_in_which_a_client_is_from_then_on(firm):
    client = firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Nadie"})
    group_id = firm.admin.access.create_group({"name": "Norte"})["id"]
    firm.admin.clients.set_groups(client["id"], [group_id])
    (entry,) = until(lambda: listed(firm, act="clients.clients_changed", subject=client["id"]))
    assert (entry["detail"]["fields"], entry["detail"]["group_ids"]) == (["groups"], [group_id])
