"""The same done to many clients: each judged on its own, by the rights of the moment."""

from __future__ import annotations

import pytest

from services.chassis.job_records import digest_of
from services.contracts.errors import Invalid, NotAllowed
from tests import people
from tests.jobs import ended, told
from tests.worlds import until

NOT_FOUND = "No existe o no está a su alcance."


@pytest.fixture
def firm(world):
    return world.firm()


@pytest.fixture
def group(firm):
    """A group with an operator in it: {id, operator}."""
    user_id = firm.user("operator")
    made = firm.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})
    return {"id": made["id"], "operator": firm.as_user(user_id)}


def register(who, name: str, **more) -> str:
    return who.clients.register({"tax_id": people.tax_id(), "name": name, **more})["id"]


def done(who, **action) -> dict:
    return ended(who.clients, who.clients.bulk(action))


def groups_of(who, client_id: str) -> list[str]:
    return [group["name"] for group in who.clients.client(client_id)["groups"]]


def test_clients_enter_and_leave_groups_and_those_who_are_there_stay_as_they_are(firm, group):
    inside, outside = register(firm.admin, "Dentro", group_ids=[group["id"]]), register(firm.admin, "Fuera")
    assert done(firm.admin, ids=[inside, outside], action="add_to_groups", group_ids=[group["id"]])["counts"] == {
        "changed": 1,
        "unchanged": 1,
    }
    assert groups_of(firm.admin, outside) == ["Laboral"]
    assert firm.admin.clients.client(inside)["version"] == 1
    job = done(firm.admin, ids=[outside], action="remove_from_groups", group_ids=[group["id"]])
    assert (job["counts"], groups_of(firm.admin, outside), groups_of(firm.admin, inside)) == ({"changed": 1}, [], ["Laboral"])


def test_flags_are_set_on_all_that_a_filter_finds(firm):
    ana, eva = register(firm.admin, "Ana"), register(firm.admin, "Eva")
    assert done(firm.admin, filter={"q": "ana"}, action="set_flags", watch_edicts=False)["counts"] == {"changed": 1}
    assert [firm.admin.clients.client(each)["watch_edicts"] for each in (ana, eva)] == [False, True]
    assert done(firm.admin, filter={}, action="set_flags", watch_edicts=False)["counts"] == {"changed": 1, "unchanged": 1}


def test_clients_are_archived(firm):
    ids = [register(firm.admin, "Ana"), register(firm.admin, "Eva")]
    assert done(firm.admin, ids=[*ids, ids[0]], action="archive")["counts"] == {"changed": 2}
    assert done(firm.admin, ids=ids, action="archive")["counts"] == {"unchanged": 2}


def test_archived_clients_come_back_but_for_one_whose_tax_id_is_anothers_by_now(firm):
    tax_id = people.tax_id()
    back, taken = register(firm.admin, "Ana"), firm.admin.clients.register({"tax_id": tax_id, "name": "Eva"})["id"]
    done(firm.admin, ids=[back, taken], action="archive")
    now = firm.admin.clients.register({"tax_id": tax_id, "name": "Eva otra vez"})["id"]
    job = done(firm.admin, ids=[back, taken, now], action="restore")
    assert [row[1] for row in told(firm.admin.clients, job)] == ["changed", "refused", "unchanged"]
    assert [firm.admin.clients.client(each)["archived"] for each in (back, taken)] == [False, True]


def test_of_a_dry_run_nothing_stays(firm):
    client_id = register(firm.admin, "Ana")
    assert done(firm.admin, ids=[client_id], action="archive", dry_run=True)["counts"] == {"would_change": 1}
    assert not firm.admin.clients.client(client_id)["archived"]


def test_a_client_out_of_sight_is_refused_like_one_that_does_not_exist(firm, group):
    mine, hidden = register(group["operator"], "Mío"), register(firm.admin, "Ajeno")
    job = done(group["operator"], ids=[hidden, "unknown", mine], action="set_flags", receives_notifications=False)
    assert told(group["operator"].clients, job) == [
        (1, "refused", {"id": [NOT_FOUND]}),
        (2, "refused", {"id": [NOT_FOUND]}),
        (3, "changed", {}),
    ]
    assert firm.admin.clients.client(hidden)["receives_notifications"]
    assert done(group["operator"], filter={}, action="archive")["total"] == 1


def test_nobody_gives_a_group_that_is_not_theirs(firm, group):
    other = firm.admin.access.create_group({"name": "Ajeno"})["id"]
    mine = register(group["operator"], "Mío")
    for wrong in (other, "unknown"):
        with pytest.raises(Invalid) as refused:
            group["operator"].clients.bulk({"ids": [mine], "action": "add_to_groups", "group_ids": [group["id"], wrong]})
        assert list(refused.value.errors) == ["group_ids.1"]


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ({"action": "archive"}, {"ids", "filter"}),
        ({"action": "archive", "ids": ["a"], "filter": {}}, {"ids", "filter"}),
        ({"action": "archive", "ids": []}, {"ids"}),
        ({"action": "archive", "filter": {"unknown": 1}}, {"filter.unknown"}),
        ({"action": "archive", "filter": {"q": "nobody is called so"}}, {"filter"}),
        ({"action": "destroy", "ids": ["a"]}, {"action"}),
        ({"action": "sync", "ids": ["a"]}, {"action"}),
        ({"action": "archive", "ids": ["a"], "group_ids": ["g"]}, {"group_ids"}),
        ({"action": "add_to_groups", "ids": ["a"]}, {"group_ids"}),
        ({"action": "set_flags", "ids": ["a"]}, {"receives_notifications", "watch_edicts"}),
        ({"action": "add_mailboxes", "ids": ["a"], "bodies": ["nowhere"]}, {"bodies.0"}),
        ({}, {"action", "ids", "filter"}),
    ],
)
def test_what_is_wrong_with_an_action_is_named(firm, action, fields):
    with pytest.raises(Invalid) as refused:
        firm.admin.clients.bulk(action)
    assert set(refused.value.errors) == fields


def test_a_reader_does_nothing_to_many(firm):
    with pytest.raises(NotAllowed):
        firm.as_user(firm.user("reader")).clients.bulk({"filter": {}, "action": "archive"})


def test_a_bulk_act_is_one_entry_with_the_digest_of_its_list(firm):
    ids = [register(firm.admin, "Ana"), register(firm.admin, "Eva")]
    done(firm.admin, ids=ids, action="archive")
    (entry,) = until(lambda: firm.admin.audit.entries({"act": "clients.client_job_asked"})["items"])
    assert entry["detail"] == {"kind": "archive_many", "is_dry_run": False, "count": 2, "sha256": digest_of(ids)}
