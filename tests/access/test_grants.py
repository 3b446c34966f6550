"""Grants: given to and taken from users and groups, one body at a time."""

from __future__ import annotations

import pytest

from services.contracts.errors import Invalid, NotAllowed, NotFound, StaleVersion
from services.contracts.message import new_id
from services.contracts.rpc import Scope
from tests.worlds import until

DEHU = {"body": "dehu", "verbs": ["open", "sync"]}


def group_of(firm, **given):
    return firm.admin.access.create_group({"name": "Norte", **given})


def scope_of(firm, user_id):
    return Scope.from_wire(firm.as_user(user_id).access.scope()).grants


def test_a_grant_comes_on_top_and_binds_the_next_question(world):
    firm = world.firm()
    user_id = firm.user("operator")
    group = group_of(firm, member_ids=[user_id])
    given = firm.admin.access.give_grant({"group_id": group["id"], "body": "dehu", "verbs": ["sync"]})
    assert given == {"user_id": None, "group_id": group["id"], "body": "dehu", "verbs": ["sync"], "version": 2}
    assert firm.admin.access.give_grant({"user_id": user_id, "body": "tgss", "verbs": ["open"]})["user_id"] == user_id
    assert scope_of(firm, user_id) == {("dehu", "sync"), ("tgss", "open")}
    more = firm.admin.access.give_grant({"group_id": group["id"], "body": "dehu", "verbs": ["open"]})
    assert more["verbs"] == ["open", "sync"]


def test_what_is_held_already_changes_nothing_when_given_again(world):
    firm = world.firm()
    group = group_of(firm, grants=[DEHU])
    again = firm.admin.access.give_grant({"group_id": group["id"], "body": "dehu", "verbs": ["sync"]})
    assert (again["verbs"], again["version"]) == (["open", "sync"], 1)


def test_a_grant_that_is_set_replaces_the_one_at_that_body_only(world):
    firm = world.firm()
    group = group_of(firm, grants=[DEHU, {"body": "tgss", "verbs": ["sync"]}])
    assert firm.admin.access.set_grant({"group_id": group["id"], "body": "dehu", "verbs": ["open"], "version": 1})["verbs"] == ["open"]
    shown = firm.admin.access.group(group["id"])
    assert (shown["grants"], shown["version"]) == ([{"body": "dehu", "verbs": ["open"]}, {"body": "tgss", "verbs": ["sync"]}], 2)
    assert firm.admin.access.set_grant({"group_id": group["id"], "body": "dehu", "verbs": [], "version": 2})["verbs"] == []


def test_taken_verbs_are_gone_and_the_others_stay(world):
    firm = world.firm()
    group = group_of(firm, grants=[DEHU])
    assert firm.admin.access.take_grant({"group_id": group["id"], "body": "dehu", "verbs": "open"})["verbs"] == ["sync"]
    assert firm.admin.access.take_grant({"group_id": group["id"], "body": "dehu"})["verbs"] == []
    assert firm.admin.access.group(group["id"])["grants"] == []


def test_an_old_copy_of_a_holder_brings_back_nothing_that_was_taken(world):
    firm = world.firm()
    group = group_of(firm, grants=[DEHU])
    firm.admin.access.take_grant({"group_id": group["id"], "body": "dehu", "version": 1})
    for ask in (
        lambda: firm.admin.access.change_group(group["id"], {"version": 1, "grants": [DEHU]}),
        lambda: firm.admin.access.set_grant({"group_id": group["id"], **DEHU, "version": 1}),
        lambda: firm.admin.access.give_grant({"group_id": group["id"], **DEHU, "version": 1}),
    ):
        with pytest.raises(StaleVersion):
            ask()
    assert firm.admin.access.group(group["id"])["grants"] == []


def test_grants_are_listed_by_holder_and_body(world):
    firm = world.firm()
    user_id = firm.user("operator")
    group = group_of(firm, grants=[DEHU, {"body": "tgss", "verbs": ["sync"]}])
    firm.admin.access.give_grant({"user_id": user_id, **DEHU})
    everything = firm.admin.access.grants({})
    assert [(grant["body"], bool(grant["user_id"])) for grant in everything["items"]].count(("dehu", True)) == 1
    assert everything["total"] == 3
    assert [grant["body"] for grant in firm.admin.access.grants({"group": group["id"], "sort": "-body"})["items"]] == ["tgss", "dehu"]
    assert [grant["user_id"] for grant in firm.admin.access.grants({"user": user_id})["items"]] == [user_id]
    assert firm.admin.access.grants({"body": "tgss"})["total"] == 1
    assert [grant["body"] for grant in firm.admin.access.grants({"page": 3, "page_size": 1})["items"]] == ["tgss"]


def test_anybody_sees_their_own_grants_and_those_of_their_groups_and_no_others(world):
    firm = world.firm()
    user_id, colleague = firm.user("operator"), firm.user("operator")
    own = group_of(firm, member_ids=[user_id], grants=[DEHU])
    firm.admin.access.create_group({"name": "Sur", "grants": [DEHU]})
    firm.admin.access.give_grant({"user_id": user_id, "body": "tgss", "verbs": ["sync"]})
    firm.admin.access.give_grant({"user_id": colleague, "body": "aeat", "verbs": ["sync"]})
    seen = firm.as_user(user_id).access.grants({})
    assert [(grant["user_id"], grant["group_id"]) for grant in seen["items"]] == [(None, own["id"]), (user_id, None)]
    assert seen["total"] == 2


@pytest.mark.parametrize("role", ["operator", "reader"])
def test_only_who_manages_grants_gives_and_takes_them(world, role):
    firm = world.firm()
    group = group_of(firm, grants=[DEHU])
    person = firm.as_user(firm.user(role)).access
    for ask in (
        lambda: person.give_grant({"group_id": group["id"], **DEHU}),
        lambda: person.set_grant({"group_id": group["id"], **DEHU, "version": 1}),
        lambda: person.take_grant({"group_id": group["id"], "body": "dehu"}),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_who_manages_groups_alone_neither_gives_nor_takes_by_way_of_a_group(world):
    firm = world.firm()
    group = group_of(firm, grants=[DEHU])
    firm.admin.access.create_role({"name": "Grupos", "capabilities": ["groups.manage"]})
    person = firm.as_user(firm.user("Grupos")).access
    for grants in ([], [DEHU, {"body": "tgss", "verbs": ["sync"]}]):
        with pytest.raises(NotAllowed):
            person.change_group(group["id"], {"version": 1, "grants": grants})
    changed = person.change_group(group["id"], {"version": 1, "grants": [DEHU], "member_ids": [firm.admin_id]})
    assert (changed["grants"], changed["member_ids"]) == ([DEHU], [firm.admin_id])


def test_who_manages_grants_alone_sees_whom_to_give_them_to(world):
    firm = world.firm()
    group = group_of(firm)
    firm.admin.access.create_role({"name": "Permisos", "capabilities": ["grants.manage"]})
    person = firm.as_user(firm.user("Permisos")).access
    assert person.group(group["id"])["name"] == "Norte"
    assert person.user(firm.admin_id)["id"] == firm.admin_id
    assert person.give_grant({"group_id": group["id"], **DEHU})["verbs"] == ["open", "sync"]


def test_a_holder_of_another_firm_does_not_exist(world):
    mine, theirs = world.firm(), world.firm()
    group = group_of(theirs, grants=[DEHU])
    for named in ({"group_id": group["id"]}, {"user_id": theirs.admin_id}, {"group_id": new_id()}):
        for ask in (
            lambda named=named: mine.admin.access.give_grant({**named, **DEHU}),
            lambda named=named: mine.admin.access.take_grant({**named, "body": "dehu"}),
        ):
            with pytest.raises(NotFound):
                ask()
    assert mine.admin.access.grants({"group": group["id"]})["total"] == 0
    assert theirs.admin.access.group(group["id"])["grants"] == [DEHU]


def test_every_bad_field_of_a_grant_is_named_at_once(world):
    firm = world.firm()
    with pytest.raises(Invalid) as refused:
        firm.admin.access.give_grant({"body": "x", "verbs": ["fly"], "colour": "blue"})
    assert set(refused.value.errors) == {"user_id", "body", "verbs.0", "colour"}
    with pytest.raises(Invalid) as refused:
        firm.admin.access.set_grant({"user_id": firm.admin_id, "group_id": new_id(), **DEHU})
    assert set(refused.value.errors) == {"user_id", "version"}


def test_the_trail_says_which_verbs_were_given_and_taken_by_whatever_way(world):
    firm = world.firm()
    group = group_of(firm, grants=[{"body": "dehu", "verbs": ["sync"]}])
    firm.admin.access.change_group(group["id"], {"version": 1, "grants": [{"body": "dehu", "verbs": ["open"]}]})
    firm.admin.access.take_grant({"group_id": group["id"], "body": "dehu"})
    wanted = {"subject": group["id"], "act": "access.grants_changed", "sort": "seq"}
    entries = until(lambda: found if (found := firm.admin.audit.entries(wanted))["total"] == 3 else None)["items"]
    sync, opening = {"body": "dehu", "verb": "sync"}, {"body": "dehu", "verb": "open"}
    told = [(entry["detail"]["given"], entry["detail"]["taken"]) for entry in entries]
    assert told == [([sync], []), ([opening], [sync]), ([], [opening])]
    assert {entry["detail"]["holder_kind"] for entry in entries} == {"group"}


def test_the_trail_says_who_joined_and_left_a_group(world):
    firm = world.firm()
    first, second = firm.user("operator"), firm.user("operator")
    group = group_of(firm, member_ids=[first])
    firm.admin.access.change_group(group["id"], {"version": 1, "member_ids": [second]})
    wanted = {"subject": group["id"], "act": "access.group_changed", "sort": "seq"}
    entries = until(lambda: found if (found := firm.admin.audit.entries(wanted))["total"] == 2 else None)["items"]
    assert [(entry["detail"]["joined"], entry["detail"]["left"]) for entry in entries] == [([first], []), ([second], [first])]
