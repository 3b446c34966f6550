"""A token with some of its owner's capabilities does not get the others by way of people and roles."""

from __future__ import annotations

import pytest

from services.contracts.errors import NotAllowed
from services.contracts.message import new_id


@pytest.fixture
def firm(world):
    return world.firm()


def as_program(firm, only=""):
    return firm.as_user(firm.admin_id, only=only, came_with="token x")


def test_a_narrow_token_makes_no_people_and_changes_none(firm):
    narrow, user_id = as_program(firm, "users.manage"), firm.user("reader")
    role = firm.admin.access.create_role({"name": "Mínimo", "capabilities": []})
    calls = [
        lambda: narrow.access.create_user({"email": f"x{user_id}@ejemplo.es", "name": "X", "role": "administrator"}),
        lambda: narrow.access.change_user(user_id, {"version": 1, "role": "administrator"}),
        lambda: narrow.access.create_role({"name": "Todo", "copy_of": "administrator"}),
        lambda: narrow.access.delete_role(role["id"], 1),
        lambda: narrow.access.change_me({"version": 1, "name": "X"}),
        lambda: narrow.sign_in.invite_user(user_id),
        lambda: narrow.sign_in.revoke_token(new_id()),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()


def test_no_token_changes_how_people_come_in(firm):
    version = firm.admin.access.settings()["version"]
    for rule in ("requires_second_factor", "strict_passwords"):
        with pytest.raises(NotAllowed):
            as_program(firm).access.change_settings({"version": version, rule: True})


def test_a_token_with_all_of_its_owners_makes_people_and_is_shown_no_link(firm):
    program = as_program(firm)
    user = program.access.create_user({"email": f"y{firm.admin_id}@ejemplo.es", "name": "Y", "role": "reader"})
    assert program.sign_in.invite_user(user["id"]) == {"invitation": None, "mail": None}
    with pytest.raises(NotAllowed):
        program.sign_in.invite_user(user["id"], "link")


def test_a_token_that_only_reads_sees_the_clients_of_its_owner(firm):
    firm.admin.clients.register({"tax_id": "B12345674", "name": "EMPRESA SL"})
    assert as_program(firm, "clients.all").clients.clients({"page": 1, "page_size": 50})["total"] == 1
