"""What everybody may change of themselves, and what an operator does to a person."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid, NotFound, NotSignedIn, StaleVersion


def test_everybody_changes_their_own_name_and_language(world):
    firm = world.firm()
    person = firm.as_user(firm.user("reader")).access
    me = person.change_me({"version": 1, "name": "Otro nombre", "language": "eu"})
    assert me == person.me()
    assert (me["name"], me["language"], me["version"]) == ("Otro nombre", "eu", 2)


def test_without_a_language_of_ones_own_the_firms_is_used(world):
    firm = world.firm()
    firm.admin.access.change_settings({"version": 1, "language": "gl"})
    assert firm.admin.access.me()["language"] == "gl"
    firm.admin.access.change_me({"version": 1, "language": "en"})
    assert firm.admin.access.change_me({"version": 2, "language": None})["language"] == "gl"


@pytest.mark.parametrize("change", [{"role": "administrator"}, {"is_active": True}, {"grants": []}, {"email": "x@x.example"}])
def test_nobody_changes_more_of_themselves(world, change):
    firm = world.firm()
    with pytest.raises(Invalid) as refused:
        firm.as_user(firm.user("reader")).access.change_me({"version": 1, **change})
    assert list(refused.value.errors) == list(change)


def test_an_old_copy_of_oneself_changes_nothing(world):
    firm = world.firm()
    firm.admin.access.change_me({"version": 1, "name": "Primera"})
    with pytest.raises(StaleVersion):
        firm.admin.access.change_me({"version": 1, "name": "Segunda"})


def test_an_operator_lists_and_disables_people_of_a_firm(world):
    firm = world.firm()
    user_id = firm.user("operator")
    assert {user["id"] for user in world.nobody.access.users_of(firm.tenant_id)} == {user_id, firm.admin_id}
    assert world.nobody.access.disable_user(firm.tenant_id, user_id)["is_active"] is False
    with pytest.raises(NotSignedIn):
        firm.as_user(user_id).access.me()


def test_not_even_an_operator_disables_the_last_administrator(world):
    firm = world.firm()
    with pytest.raises(Conflict, match="última persona"):
        world.nobody.access.disable_user(firm.tenant_id, firm.admin_id)


def test_an_operator_finds_no_person_of_one_firm_in_another(world):
    mine, theirs = world.firm(), world.firm()
    with pytest.raises(NotFound):
        world.nobody.access.disable_user(mine.tenant_id, theirs.admin_id)
