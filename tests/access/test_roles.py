"""Roles: the four that ship, and a firm's own."""

from __future__ import annotations

import eventlet
import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, StaleVersion
from services.contracts.message import new_id
from tests.worlds import until


def role_named(firm, name):
    return next(role for role in firm.admin.access.roles() if role["name"] == name)


def own_role(firm, name="Recepción", capabilities=("notifications.process",)):
    return firm.admin.access.create_role({"name": name, "capabilities": list(capabilities)})


def test_a_copy_of_a_shipped_role_is_the_firms_own(world):
    firm = world.firm()
    operator = role_named(firm, "operator")
    copy = firm.admin.access.create_role({"name": "Oficial", "copy_of": operator["id"]})
    assert copy == firm.admin.access.role(copy["id"])
    assert (copy["capabilities"], copy["is_shipped"], copy["users"], copy["version"]) == (operator["capabilities"], False, 0, 1)


@pytest.mark.parametrize("name", ["administrator", "manager", "operator", "reader"])
def test_a_shipped_role_is_neither_changed_nor_deleted(world, name):
    firm = world.firm()
    role = role_named(firm, name)
    for ask in (
        lambda: firm.admin.access.change_role(role["id"], {"version": 1, "capabilities": []}),
        lambda: firm.admin.access.change_role(role["id"], {"version": 1, "name": "Otro"}),
        lambda: firm.admin.access.delete_role(role["id"], 1),
    ):
        with pytest.raises(Conflict, match="Cópielo"):
            ask()
    assert role_named(firm, name) == role


def test_a_changed_role_applies_to_the_very_next_question_of_who_has_it(world):
    firm = world.firm()
    role = own_role(firm)
    person = firm.as_user(firm.user("Recepción")).access
    assert person.me()["capabilities"] == ["notifications.process"]
    changed = firm.admin.access.change_role(role["id"], {"version": 1, "capabilities": ["clients.write", "clients.all"]})
    assert (changed["capabilities"], changed["version"], changed["users"]) == (["clients.all", "clients.write"], 2, 1)
    assert person.me()["capabilities"] == ["clients.all", "clients.write"]


def test_a_role_is_called_by_its_new_name_wherever_it_is_shown(world):
    firm = world.firm()
    role = own_role(firm)
    user_id = firm.user("Recepción")
    firm.admin.access.change_role(role["id"], {"version": 1, "name": "Entrada"})
    assert firm.admin.access.user(user_id)["role"] == "Entrada"


def test_every_bad_field_of_a_role_is_named_at_once(world):
    firm = world.firm()
    with pytest.raises(Invalid) as refused:
        firm.admin.access.create_role({"name": "", "capabilities": ["clients.all", "clients.fly"], "colour": "blue"})
    assert set(refused.value.errors) == {"name", "capabilities", "colour"}
    with pytest.raises(Invalid) as refused:
        firm.admin.access.create_role({"name": "Otro", "copy_of": new_id(), "capabilities": []})
    assert set(refused.value.errors) == {"copy_of", "capabilities"}
    with pytest.raises(Invalid) as refused:
        firm.admin.access.create_role({"name": "Otro"})
    assert set(refused.value.errors) == {"capabilities"}


def test_two_roles_of_a_firm_have_two_names(world):
    firm = world.firm()
    role = own_role(firm)
    for ask in (
        lambda: own_role(firm),
        lambda: own_role(firm, "manager"),
        lambda: firm.admin.access.change_role(role["id"], {"version": 1, "name": "reader"}),
    ):
        with pytest.raises(Conflict) as refused:
            ask()
        assert list(refused.value.errors) == ["name"]


def test_an_old_version_of_a_role_changes_nothing(world):
    firm = world.firm()
    role = own_role(firm)
    firm.admin.access.change_role(role["id"], {"version": 1, "capabilities": []})
    for ask in (
        lambda: firm.admin.access.change_role(role["id"], {"version": 1, "capabilities": ["clients.all"]}),
        lambda: firm.admin.access.delete_role(role["id"], 1),
    ):
        with pytest.raises(StaleVersion):
            ask()
    assert firm.admin.access.role(role["id"])["capabilities"] == []


def test_a_role_is_deleted_once_nobody_has_it_not_even_somebody_disabled(world):
    firm = world.firm()
    role = own_role(firm)
    users = [firm.user("Recepción"), firm.user("Recepción")]
    firm.admin.access.change_user(users[0], {"version": 1, "is_active": False})
    with pytest.raises(Conflict, match="2 usuarios tienen"):
        firm.admin.access.delete_role(role["id"], 1)
    for user_id in users:
        version = firm.admin.access.user(user_id)["version"]
        firm.admin.access.change_user(user_id, {"version": version, "role": "reader"})
    firm.admin.access.delete_role(role["id"], 1)
    with pytest.raises(NotFound):
        firm.admin.access.role(role["id"])


@pytest.mark.parametrize("role", ["manager", "operator", "reader"])
def test_only_who_manages_users_handles_roles(world, role):
    firm = world.firm()
    own = own_role(firm)
    person = firm.as_user(firm.user(role)).access
    for ask in (
        person.roles,
        lambda: person.role(own["id"]),
        lambda: person.create_role({"name": "X", "capabilities": []}),
        lambda: person.change_role(own["id"], {"version": 1}),
        lambda: person.delete_role(own["id"], 1),
    ):
        with pytest.raises(NotAllowed):
            ask()


def test_a_role_of_another_firm_does_not_exist(world):
    mine, theirs = world.firm(), world.firm()
    role = own_role(theirs)
    for ask in (
        lambda: mine.admin.access.role(role["id"]),
        lambda: mine.admin.access.change_role(role["id"], {"version": 1}),
        lambda: mine.admin.access.delete_role(role["id"], 1),
    ):
        with pytest.raises(NotFound):
            ask()
    with pytest.raises(Invalid) as refused:
        mine.admin.access.create_role({"name": "Copia", "copy_of": role["id"]})
    assert list(refused.value.errors) == ["copy_of"]


def test_nobody_takes_a_role_that_holds_more_than_theirs(world):
    firm = world.firm()
    firm.user("administrator")
    with pytest.raises(NotAllowed, match="su propio rol"):
        firm.admin.access.change_user(firm.admin_id, {"version": 1, "role": "manager"})
    assert firm.admin.access.me()["role"] == "administrator"


def test_nobody_widens_the_role_that_they_have(world):
    firm = world.firm()
    role = own_role(firm, "Jefatura", ["users.manage"])
    chief = firm.as_user(firm.user("Jefatura")).access
    with pytest.raises(NotAllowed, match="su propio rol"):
        chief.change_role(role["id"], {"version": 1, "capabilities": ["users.manage", "notifications.open"]})
    assert chief.me()["capabilities"] == ["users.manage"]
    firm.admin.access.change_role(role["id"], {"version": 1, "capabilities": ["users.manage", "notifications.open"]})
    assert chief.me()["capabilities"] == ["notifications.open", "users.manage"]


def test_the_role_of_the_last_administrator_keeps_what_lets_people_in(world):
    firm = world.firm()
    role = own_role(firm, "Jefatura", ["users.manage"])
    chief = firm.as_user(firm.user("Jefatura")).access
    chief.change_user(firm.admin_id, {"version": 1, "is_active": False})
    with pytest.raises(Conflict, match="última persona"):
        chief.change_role(role["id"], {"version": 1, "capabilities": []})
    assert chief.me()["capabilities"] == ["users.manage"]


def is_done(ask):
    try:
        ask()
    except Refusal:
        return False
    return True


def test_a_role_is_narrowed_or_the_other_administrator_disabled_but_not_both_at_once(world):
    firm = world.firm()
    role = own_role(firm, "Jefatura", ["users.manage"])
    chief = firm.as_user(firm.user("Jefatura")).access
    tries = [
        eventlet.spawn(is_done, lambda: firm.admin.access.change_role(role["id"], {"version": 1, "capabilities": []})),
        eventlet.spawn(is_done, lambda: chief.change_user(firm.admin_id, {"version": 1, "is_active": False})),
    ]
    assert sorted(each.wait() for each in tries) == [False, True]


def test_the_trail_says_what_a_role_allows_from_when_on(world):
    firm = world.firm()
    role = own_role(firm)
    firm.admin.access.change_role(role["id"], {"version": 1, "capabilities": ["clients.all"]})
    entries = until(lambda: found if (found := firm.admin.audit.entries({"subject": role["id"]}))["total"] == 2 else None)
    told = [(entry["detail"]["change"], entry["detail"]["capabilities"], entry["user_id"]) for entry in entries["items"]]
    assert told == [("changed", ["clients.all"], firm.admin_id), ("created", ["notifications.process"], firm.admin_id)]
