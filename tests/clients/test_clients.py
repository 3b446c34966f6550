"""Clients in both worlds: registered, seen by whom they should be, changed once, found again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, StaleVersion
from tests import people
from tests.worlds import until


@pytest.fixture
def firm(world):
    return world.firm()


@pytest.fixture
def group(firm):
    """A group with an operator in it: {id, operator}."""
    user_id = firm.user("operator")
    made = firm.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})
    return {"id": made["id"], "operator": firm.as_user(user_id)}


def new(**more) -> dict:
    return {"tax_id": people.tax_id(), "name": "Núñez e Hijos, S.L.", **more}


def names(listed: dict) -> list[str]:
    return [item["name"] for item in listed["items"]]


def test_a_client_gets_defaults_and_canonical_identifiers(firm):
    tax_id, ccc = people.tax_id(), people.ccc()
    made = firm.admin.clients.register(new(tax_id=f"{tax_id[:8]}-{tax_id[8].lower()}", social_security={"ccc": [f"0111 {ccc}", ccc, ccc]}))
    assert made["tax_id"] == tax_id
    assert made["social_security"] == {"ccc": [f"0111{ccc}", ccc], "naf": []}
    assert made["receives_notifications"] and made["watch_edicts"] and not made["archived"]
    assert (made["groups"], made["certificate"], made["warnings"], made["version"]) == ([], None, [], 1)
    assert firm.admin.clients.client(made["id"]) == made


def test_every_bad_field_is_named_at_once(firm):
    with pytest.raises(Invalid) as refused:
        numbers = {"ccc": [people.ccc(), "28123"], "naf": ["1"]}
        wrong = {"tax_id": "1", "name": " ", "email": "x@", "postal_address": {"street": 5}, "phone": ""}
        firm.admin.clients.register({**wrong, "social_security": numbers})
    assert set(refused.value.errors) == {
        "tax_id", "name", "email", "social_security.ccc.1", "social_security.naf.0", "postal_address.street", "phone",
    }  # fmt: skip


@settings(max_examples=25)
@given(place=st.integers(0, 8), digit=st.characters(categories=("Nd", "Lu")))
def test_a_wrong_character_anywhere_in_a_tax_id_is_a_fault_of_that_field(firm, place, digit):
    right = people.tax_id()
    wrong = right[:place] + digit + right[place + 1 :]
    try:
        made = firm.admin.clients.register(new(tax_id=wrong))
    except Invalid as refused:
        assert list(refused.errors) == ["tax_id"]
    else:
        assert made["tax_id"] == wrong


def test_the_same_tax_id_twice_is_a_conflict_until_the_first_is_archived(firm):
    tax_id = people.company_tax_id()
    first = firm.admin.clients.register(new(tax_id=tax_id))
    with pytest.raises(Conflict):
        firm.admin.clients.register(new(tax_id=tax_id.lower()))
    firm.admin.clients.archive(first["id"])
    second = firm.admin.clients.register(new(tax_id=tax_id))
    with pytest.raises(Conflict):
        firm.admin.clients.change(first["id"], {"version": 2, "archived": False})
    assert firm.admin.clients.client(second["id"])["tax_id"] == tax_id


def test_two_firms_may_have_the_same_client(world, firm):
    tax_id = people.tax_id()
    firm.admin.clients.register(new(tax_id=tax_id))
    assert world.firm().admin.clients.register(new(tax_id=tax_id))["tax_id"] == tax_id


def test_a_change_keeps_what_is_not_sent(firm):
    naf = people.naf()
    made = firm.admin.clients.register(new(social_security={"naf": [naf]}, postal_address={"city": "Lugo", "street": "Rúa 1"}))
    changes = {"version": 1, "name": "Otro", "postal_address": {"street": "Rúa 2"}, "social_security": {"ccc": []}}
    changed = firm.admin.clients.change(made["id"], changes)
    assert changed["social_security"] == {"ccc": [], "naf": [naf]}
    assert (changed["postal_address"]["city"], changed["postal_address"]["street"]) == ("Lugo", "Rúa 2")
    assert (changed["version"], changed["tax_id"]) == (2, made["tax_id"])
    assert names(firm.admin.clients.clients({"q": "otro"})) == ["Otro"]


def test_an_old_version_changes_nothing(firm):
    made = firm.admin.clients.register(new())
    firm.admin.clients.change(made["id"], {"version": 1, "notes": "primera"})
    with pytest.raises(StaleVersion):
        firm.admin.clients.change(made["id"], {"version": 1, "notes": "segunda"})
    assert firm.admin.clients.client(made["id"])["notes"] == "primera"


def test_a_conflict_names_the_fields_that_are_new(firm, group):
    made = firm.admin.clients.register(new())
    firm.admin.clients.change(made["id"], {"version": 1, "notes": "primera"})
    later = {"version": 2, "name": made["name"], "postal_address": {"city": "Lugo"}, "social_security": {"naf": [people.naf()]}}
    firm.admin.clients.change(made["id"], later)
    firm.admin.clients.set_groups(made["id"], [group["id"]])
    named = {}
    for version in (1, 2, 3):
        with pytest.raises(StaleVersion) as refused:
            firm.admin.clients.change(made["id"], {"version": version, "email": "a@b.example"})
        named[version] = set(refused.value.errors)
    assert named == {
        1: {"notes", "postal_address", "social_security.naf", "groups"},
        2: {"postal_address", "social_security.naf", "groups"},
        3: {"groups"},
    }
    assert firm.admin.clients.client(made["id"])["email"] == ""


def test_an_archived_client_comes_back_once(firm):
    made = firm.admin.clients.register(new())
    firm.admin.clients.archive(made["id"])
    assert firm.admin.clients.restore(made["id"])["archived"] is False
    restored = firm.admin.clients.restore(made["id"])
    assert (restored["version"], restored["archived"]) == (3, False)
    with pytest.raises(StaleVersion) as refused:
        firm.admin.clients.change(made["id"], {"version": 1})
    assert list(refused.value.errors) == ["archived"]
    assert names(firm.admin.clients.clients({})) == [made["name"]]


def test_a_client_whose_tax_id_is_in_use_again_does_not_come_back(firm):
    tax_id = people.tax_id()
    first = firm.admin.clients.register(new(tax_id=tax_id))
    firm.admin.clients.archive(first["id"])
    firm.admin.clients.register(new(tax_id=tax_id))
    with pytest.raises(Conflict) as refused:
        firm.admin.clients.restore(first["id"])
    assert list(refused.value.errors) == ["tax_id"]
    assert firm.admin.clients.client(first["id"])["archived"] is True


def test_a_foreign_client_is_not_found_whatever_is_asked(world, firm):
    client_id = world.firm().admin.clients.register(new())["id"]
    for ask in (
        lambda: firm.admin.clients.client(client_id),
        lambda: firm.admin.clients.change(client_id, {"version": 1}),
        lambda: firm.admin.clients.archive(client_id),
        lambda: firm.admin.clients.restore(client_id),
        lambda: firm.admin.clients.groups_of(client_id),
        lambda: firm.admin.clients.set_groups(client_id, []),
        lambda: firm.admin.clients.client("nadie\0"),
    ):
        with pytest.raises(NotFound):
            ask()


def test_an_operator_sees_the_clients_of_their_groups_only(firm, group):
    seen = firm.admin.clients.register(new(group_ids=[group["id"]]))
    hidden = firm.admin.clients.register(new())
    operator = group["operator"]
    assert [item["id"] for item in operator.clients.clients({})["items"]] == [seen["id"]]
    assert operator.clients.clients({})["total"] == 1
    with pytest.raises(NotFound):
        operator.clients.client(hidden["id"])


def test_what_an_operator_makes_enters_their_groups(firm, group):
    made = group["operator"].clients.register(new())
    assert made["groups"] == [{"id": group["id"], "name": "Laboral"}]


def test_an_operator_in_no_group_may_not_make_a_client(firm):
    with pytest.raises(Invalid) as refused:
        firm.as_user(firm.user("operator")).clients.register(new())
    assert list(refused.value.errors) == ["group_ids"]


def test_a_group_of_another_firm_does_not_exist(world, firm):
    foreign = world.firm().admin.access.create_group({"name": "Ajeno"})["id"]
    with pytest.raises(Invalid) as refused:
        firm.admin.clients.register(new(group_ids=[foreign]))
    assert list(refused.value.errors) == ["group_ids.0"]


def test_a_reader_sees_and_does_not_change(firm):
    user_id = firm.user("reader")
    group_id = firm.admin.access.create_group({"name": "Lectura", "member_ids": [user_id]})["id"]
    made = firm.admin.clients.register(new(group_ids=[group_id]))
    reader = firm.as_user(user_id)
    assert reader.clients.client(made["id"])["id"] == made["id"]
    for ask in (lambda: reader.clients.change(made["id"], {"version": 1}), lambda: reader.clients.set_groups(made["id"], [])):
        with pytest.raises(NotAllowed):
            ask()


def test_an_operator_changes_only_their_own_groups_of_a_client(firm, group):
    other = firm.admin.access.create_group({"name": "Fiscal"})["id"]
    made = firm.admin.clients.register(new(group_ids=[group["id"], other]))
    operator = group["operator"]
    assert operator.clients.groups_of(made["id"]) == [group["id"]]
    with pytest.raises(Invalid):
        operator.clients.set_groups(made["id"], [group["id"], other])
    assert operator.clients.set_groups(made["id"], []) == []
    assert firm.admin.clients.groups_of(made["id"]) == [other]


def test_a_deleted_group_holds_no_clients(firm, group):
    made = firm.admin.clients.register(new(group_ids=[group["id"]]))
    firm.admin.access.delete_group(group["id"], 1)
    until(lambda: firm.admin.clients.client(made["id"])["groups"] == [])
    assert firm.admin.clients.client(made["id"])["version"] == 2
    with pytest.raises(NotFound):
        group["operator"].clients.client(made["id"])


def test_a_client_in_no_group_of_a_firm_that_has_groups_warns(firm, group):
    made = firm.admin.clients.register(new(group_ids=[group["id"]]))
    other = firm.admin.access.create_group({"name": "Fiscal"})["id"]
    assert made["warnings"] == []
    firm.admin.access.delete_group(group["id"], 1)
    left = until(lambda: firm.admin.clients.client(made["id"])["warnings"])
    assert [warning["code"] for warning in left] == ["in_no_group"]
    assert [item["id"] for item in firm.admin.clients.clients({"warning": "in_no_group"})["items"]] == [made["id"]]
    firm.admin.clients.set_groups(made["id"], [other])
    assert firm.admin.clients.client(made["id"])["warnings"] == []


def test_a_renamed_group_is_shown_by_its_new_name(firm, group):
    made = firm.admin.clients.register(new(group_ids=[group["id"]]))
    firm.admin.access.change_group(group["id"], {"version": 1, "name": "Nóminas"})
    until(lambda: firm.admin.clients.client(made["id"])["groups"][0]["name"] == "Nóminas")


def test_an_idempotency_key_registers_once(firm):
    sent = new()
    caller = firm.as_user(firm.admin_id, idempotency_key="k1")
    assert caller.clients.register(sent) == caller.clients.register(sent)
    assert firm.admin.clients.clients({})["total"] == 1


def test_other_services_are_told_the_facts_of_clients_that_exist(world, firm, group):
    made = firm.admin.clients.register(new(group_ids=[group["id"]], watch_edicts=False))
    foreign = world.firm().admin.clients.register(new())
    (facts,) = firm.admin.clients.facts([made["id"], foreign["id"]])
    assert (facts["client_id"], facts["tax_id"], facts["group_ids"]) == (made["id"], made["tax_id"], [group["id"]])
    assert (facts["watch_edicts"], facts["is_archived"], facts["version"]) == (False, False, 1)
