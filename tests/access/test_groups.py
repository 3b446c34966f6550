"""Groups and what their members get from them, through the promises of `access`."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from services.contracts.message import new_id
from services.contracts.rpc import Scope
from services.contracts.schemas.people import BODIES

DEHU = {"body": "dehu", "verbs": ["open", "sync"]}


def test_a_group_is_read_back_as_created(world):
    firm = world.firm()
    user_id = firm.user("operator")
    made = firm.admin.access.create_group({"name": " Norte ", "description": "Bilbao", "member_ids": [user_id], "grants": [DEHU]})
    assert made == firm.admin.access.group(made["id"])
    assert made == {"id": made["id"], "name": "Norte", "description": "Bilbao", "member_ids": [user_id], "grants": [DEHU], "version": 1}


def test_two_groups_of_a_firm_have_two_names(world):
    firm = world.firm()
    firm.admin.access.create_group({"name": "Norte"})
    other = firm.admin.access.create_group({"name": "Sur"})
    for ask in (
        lambda: firm.admin.access.create_group({"name": "Norte"}),
        lambda: firm.admin.access.change_group(other["id"], {"version": 1, "name": "Norte"}),
    ):
        with pytest.raises(Conflict) as refused:
            ask()
        assert list(refused.value.errors) == ["name"]


def test_a_list_that_is_sent_replaces_the_old_one(world):
    firm = world.firm()
    first, second = firm.user("operator"), firm.user("operator")
    group = firm.admin.access.create_group({"name": "Norte", "member_ids": [first], "grants": [DEHU]})
    changed = firm.admin.access.change_group(group["id"], {"version": 1, "member_ids": [second], "grants": []})
    assert (changed["member_ids"], changed["grants"], changed["name"], changed["version"]) == ([second], [], "Norte", 2)


def test_an_old_version_of_a_group_changes_nothing(world):
    firm = world.firm()
    group = firm.admin.access.create_group({"name": "Norte"})
    firm.admin.access.change_group(group["id"], {"version": 1, "name": "Sur"})
    with pytest.raises(StaleVersion):
        firm.admin.access.change_group(group["id"], {"version": 1, "name": "Este"})
    with pytest.raises(StaleVersion):
        firm.admin.access.delete_group(group["id"], 1)
    assert firm.admin.access.group(group["id"])["name"] == "Sur"


def test_a_membership_that_was_taken_is_not_brought_back_by_an_old_copy_of_the_person_or_of_the_group(world):
    firm = world.firm()
    user_id = firm.user("operator")
    made = firm.admin.access.create_group({"name": "Norte", "member_ids": [user_id]})
    person, group = firm.admin.access.user(user_id), firm.admin.access.group(made["id"])
    firm.admin.access.change_group(group["id"], {"version": group["version"], "member_ids": []})
    with pytest.raises(StaleVersion):
        firm.admin.access.change_user(user_id, {"version": person["version"], "group_ids": [group["id"]]})
    firm.admin.access.change_user(user_id, {"version": firm.admin.access.user(user_id)["version"], "group_ids": [group["id"]]})
    with pytest.raises(StaleVersion):
        firm.admin.access.change_group(group["id"], {"version": 2, "member_ids": []})


def test_a_user_of_another_firm_cannot_be_made_a_member(world):
    mine, theirs = world.firm(), world.firm()
    with pytest.raises(Invalid) as refused:
        mine.admin.access.create_group({"name": "Norte", "member_ids": [mine.admin_id, theirs.admin_id]})
    assert list(refused.value.errors) == ["member_ids"]


def test_an_unknown_member_is_named_with_a_bad_grant(world):
    firm = world.firm()
    group = firm.admin.access.create_group({"name": "Norte"})
    bad = {"grants": [{"body": "x", "verbs": ["sync"]}], "member_ids": [new_id()]}
    for ask in (
        lambda: firm.admin.access.create_group({"name": "Sur", **bad}),
        lambda: firm.admin.access.change_group(group["id"], {"version": 1, **bad}),
    ):
        with pytest.raises(Invalid) as refused:
            ask()
        assert set(refused.value.errors) == {"grants.0.body", "member_ids"}


def test_a_deleted_group_gives_nothing_any_more(world):
    firm = world.firm()
    user_id = firm.user("operator")
    group = firm.admin.access.create_group({"name": "Norte", "member_ids": [user_id], "grants": [DEHU]})
    firm.admin.access.delete_group(group["id"], 1)
    scope = Scope.from_wire(firm.as_user(user_id).access.scope())
    assert (scope.group_ids, scope.grants) == (frozenset(), frozenset())
    with pytest.raises(NotFound):
        firm.admin.access.group(group["id"])


def test_members_see_their_own_groups_only(world):
    firm = world.firm()
    user_id = firm.user("operator")
    own = firm.admin.access.create_group({"name": "Norte", "member_ids": [user_id]})
    other = firm.admin.access.create_group({"name": "Sur"})
    operator = firm.as_user(user_id).access
    assert [group["id"] for group in operator.groups({})["items"]] == [own["id"]]
    with pytest.raises(NotFound):
        operator.group(other["id"])
    with pytest.raises(NotFound):
        operator.change_group(other["id"], {"version": 1})
    with pytest.raises(NotAllowed):
        operator.change_group(own["id"], {"version": 1})


def test_who_manages_groups_sees_all_of_them(world):
    firm = world.firm()
    for name in ("Sur", "Norte"):
        firm.admin.access.create_group({"name": name})
    manager = firm.as_user(firm.user("manager"))
    assert [group["name"] for group in manager.access.groups({})["items"]] == ["Norte", "Sur"]
    assert [group["name"] for group in manager.access.groups({"q": "nor"})["items"]] == ["Norte"]


def test_a_group_of_another_firm_does_not_exist(world):
    mine, theirs = world.firm(), world.firm()
    group = theirs.admin.access.create_group({"name": "Norte"})
    for ask in (
        lambda: mine.admin.access.group(group["id"]),
        lambda: mine.admin.access.change_group(group["id"], {"version": 1}),
        lambda: mine.admin.access.delete_group(group["id"], 1),
    ):
        with pytest.raises(NotFound):
            ask()


def test_scope_joins_own_grants_and_those_of_the_groups(world):
    firm = world.firm()
    user_id = firm.user("operator")
    group = firm.admin.access.create_group({"name": "Norte", "member_ids": [user_id], "grants": [DEHU]})
    firm.admin.access.change_user(user_id, {"version": 2, "grants": [{"body": "tgss", "verbs": ["sync"]}]})
    scope = Scope.from_wire(firm.as_user(user_id).access.scope())
    assert scope.group_ids == {group["id"]}
    assert scope.grants == {("dehu", "open"), ("dehu", "sync"), ("tgss", "sync")}


def test_check_needs_the_role_the_grant_and_a_shared_group(world):
    firm = world.firm()
    roles = {role: firm.user(role) for role in ("administrator", "manager", "operator", "reader")}
    group = firm.admin.access.create_group({"name": "Norte", "member_ids": list(roles.values()), "grants": [DEHU]})
    held = firm.as_user("").access
    asked = [(role, verb) for role in roles for verb in ("sync", "open")]
    allowed = {(role, verb) for role, verb in asked if held.check(roles[role], verb, "dehu", [group["id"]])}
    assert allowed == {("administrator", "sync")} | {(role, verb) for role in ("manager", "operator") for verb in ("sync", "open")}
    assert [body for body in BODIES if held.check(roles["operator"], "sync", body, [group["id"]])] == ["dehu"]
    assert held.check(roles["manager"], "sync", "dehu", [])
    assert not held.check(roles["operator"], "sync", "dehu", [])


def test_check_refuses_disabled_foreign_and_unknown_users(world):
    mine, theirs = world.firm(), world.firm()
    user_id = mine.user("operator")
    group = mine.admin.access.create_group({"name": "Norte", "member_ids": [user_id], "grants": [DEHU]})
    assert mine.admin.access.check(user_id, "sync", "dehu", [group["id"]])
    assert not theirs.admin.access.check(user_id, "sync", "dehu", [group["id"]])
    mine.admin.access.change_user(user_id, {"version": 2, "is_active": False})
    assert not mine.admin.access.check(user_id, "sync", "dehu", [group["id"]])
    assert not mine.admin.access.check("nobody", "sync", "dehu", [group["id"]])


def test_a_narrow_token_narrows_the_check_too(world):
    firm = world.firm()
    user_id = firm.user("operator")
    group = firm.admin.access.create_group({"name": "Norte", "member_ids": [user_id], "grants": [DEHU]})
    narrow = firm.as_user(user_id, only="mailboxes.sync")
    assert narrow.access.check(user_id, "sync", "dehu", [group["id"]])
    assert not narrow.access.check(user_id, "open", "dehu", [group["id"]])


def test_text_that_no_database_keeps_is_refused(world):
    with pytest.raises(Invalid) as refused:
        world.firm().admin.access.create_group({"name": "a\0b", "member_ids": ["\0"]})
    assert set(refused.value.errors) == {"name", "member_ids.0"}
