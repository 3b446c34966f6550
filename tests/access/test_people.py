"""Users and groups of a firm, through the promises of `access`."""

from __future__ import annotations

import eventlet
import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, StaleVersion
from services.contracts.message import new_id
from tests.worlds import until

SYNC_DEHU = {"body": "dehu", "verbs": ["sync"]}


def test_a_new_firm_has_an_administrator_who_may_not_open(world):
    me = world.firm().admin.access.me()
    assert me["role"] == "administrator"
    assert "users.manage" in me["capabilities"]
    assert "notifications.open" not in me["capabilities"]


def test_me_names_the_firm_and_the_groups(world):
    firm = world.firm()
    user_id = firm.user("operator")
    group = firm.admin.access.create_group({"name": "Norte", "member_ids": [user_id]})
    me = firm.as_user(user_id).access.me()
    assert me["tenant"] == {"id": firm.tenant_id, "name": firm.name, "logo_version": None}
    assert me["groups"] == [{"id": group["id"], "name": "Norte"}]


def test_a_user_is_read_back_as_created(world):
    firm = world.firm()
    group = firm.admin.access.create_group({"name": "Sur"})
    new = {"email": " Ana@Norte.example ", "name": "Ana", "role": "manager", "group_ids": [group["id"]], "grants": [SYNC_DEHU]}
    made = firm.admin.access.create_user(new)
    assert made == firm.admin.access.user(made["id"])
    assert (made["email"], made["role"], made["is_active"], made["version"]) == ("Ana@Norte.example", "manager", True, 1)
    assert made["groups"] == [{"id": group["id"], "name": "Sur"}]
    assert made["grants"] == [SYNC_DEHU]


def test_one_email_is_one_person_on_the_host(world):
    mine, theirs = world.firm(), world.firm()
    mine.admin.access.create_user({"email": "eva@dos.example", "name": "Eva", "role": "reader"})
    with pytest.raises(Conflict) as refused:
        theirs.admin.access.create_user({"email": "EVA@dos.example", "name": "Otra", "role": "reader"})
    assert "email" in refused.value.errors


def test_every_bad_field_of_a_user_is_named_at_once(world):
    with pytest.raises(Invalid) as refused:
        grants = [{"body": "x", "verbs": ["y"]}]
        world.firm().admin.access.create_user({"email": "no", "name": "", "role": "reader", "grants": grants, "z": 1})
    assert set(refused.value.errors) == {"email", "name", "grants.0.body", "grants.0.verbs.0", "z"}


def test_what_does_not_exist_is_named_with_what_is_misspelt(world):
    firm = world.firm()
    bad = {"email": "no", "role": "emperor", "group_ids": [new_id()]}
    with pytest.raises(Invalid) as refused:
        firm.admin.access.create_user({"name": "", **bad})
    assert set(refused.value.errors) == {"email", "name", "role", "group_ids"}
    with pytest.raises(Invalid) as refused:
        firm.admin.access.change_user(firm.user("reader"), bad)
    assert set(refused.value.errors) == {"version", "email", "role", "group_ids"}


def test_an_unknown_role_is_refused(world):
    with pytest.raises(Invalid) as refused:
        world.firm().admin.access.create_user({"email": "rol@uno.example", "name": "Rol", "role": "emperor"})
    assert list(refused.value.errors) == ["role"]


def test_an_old_version_changes_nothing(world):
    firm = world.firm()
    user_id = firm.user("reader")
    firm.admin.access.change_user(user_id, {"version": 1, "name": "Primera"})
    with pytest.raises(StaleVersion):
        firm.admin.access.change_user(user_id, {"version": 1, "name": "Segunda"})
    assert firm.admin.access.user(user_id)["name"] == "Primera"


def test_disabling_a_user_ends_what_they_may_at_once(world):
    firm = world.firm()
    user_id = firm.user("manager")
    operator = firm.as_user(user_id)
    operator.access.me()
    firm.admin.access.change_user(user_id, {"version": 1, "is_active": False})
    with pytest.raises(NotSignedIn):
        operator.access.me()


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "manager"}])
def test_the_last_administrator_stays(world, change):
    firm = world.firm()
    with pytest.raises(Conflict):
        firm.admin.access.change_user(firm.admin_id, {"version": 1, **change})
    assert firm.admin.access.me()["role"] == "administrator"


def test_an_administrator_may_go_while_another_one_stays(world):
    firm = world.firm()
    other = firm.as_user(firm.user("administrator"))
    changed = other.access.change_user(firm.admin_id, {"version": 1, "is_active": False})
    assert changed["is_active"] is False


def is_done(ask):
    try:
        ask()
    except Refusal:
        return False
    return True


def test_two_administrators_cannot_disable_each_other_at_once(world):
    firm = world.firm()
    other_id = firm.user("administrator")
    other = firm.as_user(other_id)
    tries = [
        eventlet.spawn(is_done, lambda: firm.admin.access.change_user(other_id, {"version": 1, "is_active": False})),
        eventlet.spawn(is_done, lambda: other.access.change_user(firm.admin_id, {"version": 1, "is_active": False})),
    ]
    assert sorted(each.wait() for each in tries) == [False, True]


def test_one_email_asked_for_twice_at_once_is_one_person(world):
    firms = [world.firm(), world.firm()]
    new = {"email": f"misma@{firms[0].name}.example", "name": "Misma", "role": "reader"}
    tries = [eventlet.spawn(is_done, lambda firm=firm: firm.admin.access.create_user(new)) for firm in firms]
    assert sorted(each.wait() for each in tries) == [False, True]


def test_a_changed_email_finds_the_person_and_the_old_one_nobody(world):
    firm = world.firm()
    user = firm.admin.access.create_user({"email": "antes@tres.example", "name": "Iris", "role": "reader"})
    firm.admin.access.change_user(user["id"], {"version": 1, "email": "ahora@tres.example"})
    assert world.nobody.access.person("Ahora@tres.example")["user_id"] == user["id"]
    assert world.nobody.access.person("antes@tres.example") is None


def test_users_are_searched_filtered_and_paged(world):
    firm = world.firm()
    for name in ("Ana", "Berta", "Clara"):
        firm.admin.access.create_user({"email": f"{name}@{firm.name}.example", "name": name, "role": "reader"})
    found = firm.admin.access.users({"page": 2, "page_size": 1, "sort": "-name", "role": "reader"})
    assert ([user["name"] for user in found["items"]], found["total"]) == (["Berta"], 3)
    assert [user["name"] for user in firm.admin.access.users({"q": "clar"})["items"]] == ["Clara"]


def test_a_list_is_not_sorted_by_what_it_does_not_show(world):
    with pytest.raises(Invalid) as refused:
        world.firm().admin.access.users({"sort": "role_id"})
    assert list(refused.value.errors) == ["sort"]


@pytest.mark.parametrize("role", ["manager", "operator", "reader"])
def test_only_who_manages_users_makes_one(world, role):
    firm = world.firm()
    with pytest.raises(NotAllowed):
        firm.as_user(firm.user(role)).access.create_user({"email": "x@x.example", "name": "X", "role": "reader"})


def test_a_user_of_another_firm_does_not_exist(world):
    mine, theirs = world.firm(), world.firm()
    for ask in (lambda: mine.admin.access.user(theirs.admin_id), lambda: mine.admin.access.change_user(theirs.admin_id, {"version": 1})):
        with pytest.raises(NotFound):
            ask()


def test_the_shipped_roles_are_copied_to_each_firm(world):
    firm = world.firm()
    roles = firm.admin.access.roles()
    assert [role["name"] for role in roles] == ["administrator", "manager", "operator", "reader"]
    assert {role["id"] for role in roles}.isdisjoint(role["id"] for role in world.firm().admin.access.roles())


def test_tenants_are_listed_with_their_names(world):
    firm = world.firm()
    assert (firm.tenant_id, firm.name) in [(tenant["id"], tenant["name"]) for tenant in world.nobody.access.tenants()]


def office_manager(firm):
    """Somebody whose role manages users and nothing else."""
    firm.admin.access.create_role({"name": "Altas", "capabilities": ["users.manage"]})
    return firm.as_user(firm.user("Altas"))


def test_who_may_not_manage_groups_puts_nobody_into_one_not_even_themselves(world):
    firm = world.firm()
    group, clerk = firm.admin.access.create_group({"name": "Norte"})["id"], office_manager(firm)
    me = clerk.access.me()
    with pytest.raises(NotAllowed, match="groups.manage"):
        clerk.access.change_user(me["id"], {"version": me["version"], "group_ids": [group]})
    with pytest.raises(NotAllowed, match="groups.manage"):
        clerk.access.create_user({"email": f"n{group}@norte.example", "name": "Nueva", "role": "reader", "group_ids": [group]})
    assert clerk.access.me()["groups"] == []


def test_who_manages_users_only_still_makes_and_changes_them(world):
    firm = world.firm()
    clerk = office_manager(firm)
    made = clerk.access.create_user({"email": f"m{firm.tenant_id}@norte.example", "name": "Nueva", "role": "reader"})
    assert clerk.access.change_user(made["id"], {"version": 1, "name": "Otra", "group_ids": []})["name"] == "Otra"


def test_the_email_of_somebody_who_may_more_is_not_changed(world):
    firm = world.firm()
    manager, reader = (firm.admin.access.user(firm.user(role)) for role in ("manager", "reader"))
    with pytest.raises(NotAllowed, match="correo"):
        firm.admin.access.change_user(manager["id"], {"version": 1, "email": f"mio{firm.tenant_id}@ejemplo.es"})
    assert firm.admin.access.change_user(manager["id"], {"version": 1, "email": manager["email"], "name": "Eva"})["name"] == "Eva"
    assert firm.admin.access.change_user(reader["id"], {"version": 1, "email": f"r{firm.tenant_id}@ejemplo.es"})["version"] == 2


def test_the_trail_names_the_fields_of_a_person_that_are_new(world):
    firm = world.firm()
    user_id = firm.user("reader")
    changes = {"version": 1, "name": "Otra", "email": f"o{user_id}@ejemplo.es", "role": "operator"}
    firm.admin.access.change_user(user_id, changes)
    wanted = {"act": "access.user_changed", "subject": user_id}
    entries = until(lambda: firm.admin.audit.entries(wanted)["items"][1:] and firm.admin.audit.entries(wanted)["items"])
    assert [entry["detail"]["fields"] for entry in entries if entry["detail"]["change"] == "changed"] == [["name", "email", "role"]]


def test_who_may_not_see_colleagues_does_not_learn_which_exist(world):
    firm = world.firm()
    reader = firm.as_user(firm.user("reader"))
    for user_id in (firm.admin_id, new_id()):
        with pytest.raises(NotAllowed):
            reader.access.change_user(user_id, {"version": 1, "name": "Otra"})
