"""Files of groups and people: brought in once, changed where the file says something else, nobody written to."""

from __future__ import annotations

import base64

import pytest

from services.contracts.errors import NotAllowed
from tests.jobs import ended, told
from tests.worlds import numbers

GROUPS, PEOPLE = "id_grupo,nombre_grupo,descripcion", "userid,email,nombre,apellidos,dni,telefono,grupo"


@pytest.fixture
def firm(world):
    return world.firm()


@pytest.fixture
def email(firm):
    return f"ana{next(numbers)}@{firm.name}.example"


def file(header: str, *rows: str) -> str:
    return base64.b64encode("\n".join([header, *rows]).encode("cp1252")).decode()


def imported(who, content: str, dry_run: bool = False) -> dict:
    return ended(who.access, who.access.import_file(content, "", dry_run))


def people(firm) -> dict[str, dict]:
    return {user["email"]: user for user in firm.admin.access.users({"page": 1, "page_size": 200})["items"]}


def groups(firm) -> dict[str, dict]:
    return {group["name"]: group for group in firm.admin.access.groups({"page": 1, "page_size": 200})["items"]}


def test_groups_are_brought_in_once_and_changed_by_what_the_file_says(firm):
    assert imported(firm.admin, file(GROUPS, "1,Año Nuevo,Altas", "2,Sur,"))["counts"] == {"created": 2}
    assert imported(firm.admin, file(GROUPS, "1,Año Nuevo,Altas", "2,Sur,Bajas"))["counts"] == {"changed": 1, "unchanged": 1}
    assert {name: group["description"] for name, group in groups(firm).items()} == {"Año Nuevo": "Altas", "Sur": "Bajas"}


def test_people_come_as_readers_into_the_groups_named(firm, email):
    firm.admin.access.create_group({"name": "Norte"})
    assert imported(firm.admin, file(PEOPLE, f"7,{email},Ana,Núñez Gil,,600,norte"))["counts"] == {"created": 1}
    person = people(firm)[email]
    assert (person["name"], person["role"], [group["name"] for group in person["groups"]]) == ("Ana Núñez Gil", "reader", ["Norte"])


def test_the_same_people_twice_are_once_and_keep_what_the_file_does_not_say(firm, email):
    firm.admin.access.create_group({"name": "Norte"})
    firm.admin.access.create_group({"name": "Sur"})
    content = file(f"{PEOPLE},rol", f"7,{email},Ana,,,,Norte,Operator")
    assert imported(firm.admin, content)["counts"] == {"created": 1}
    assert imported(firm.admin, content)["counts"] == {"unchanged": 1}
    assert imported(firm.admin, file(PEOPLE, f"7,{email.upper()},Ana,Gil,,,Sur"))["counts"] == {"changed": 1}
    person = people(firm)[email]
    assert (person["name"], person["role"], {group["name"] for group in person["groups"]}) == ("Ana Gil", "operator", {"Norte", "Sur"})


def test_a_bad_row_stops_no_good_one_and_says_line_column_and_reason(firm, email):
    rows = [f"1,{email},Ana,,,,", "2,no es,Eva,,,,", f"3,x{email},,,,,", f"4,y{email},Eva,,,,Nada", f"5,z{email},Eva,,,,,jefa"]
    found = told(firm.admin.access, imported(firm.admin, file(f"{PEOPLE},rol", *rows)))
    assert [(line, outcome, sorted(errors)) for line, outcome, errors in found] == [
        (2, "created", []),
        (3, "refused", ["email"]),
        (4, "refused", ["nombre"]),
        (5, "refused", ["grupo"]),
        (6, "refused", ["rol"]),
    ]


def test_an_email_of_another_firm_is_refused(world, firm, email):
    world.firm().admin.access.create_user({"email": email, "name": "Ana", "role": "reader"})
    assert imported(firm.admin, file(PEOPLE, f"1,{email},Ana,,,,"))["counts"] == {"refused": 1}


def test_of_a_dry_run_nobody_stays(firm, email):
    assert imported(firm.admin, file(PEOPLE, f"1,{email},Ana,,,,", f"2,{email},Ana,,,,"), dry_run=True)["counts"]["would_create"] == 1
    assert email not in people(firm)


def test_groups_and_people_need_the_right_to_manage_them_besides_that_to_import(firm, email):
    manager, operator = firm.as_user(firm.user("manager")), firm.as_user(firm.user("operator"))
    with pytest.raises(NotAllowed, match="users.manage"):
        manager.access.import_file(file(PEOPLE, f"1,{email},Ana,,,,"), "", False)
    with pytest.raises(NotAllowed, match="groups.manage"):
        operator.access.import_file(file(GROUPS, "1,Norte,"), "", False)
    assert imported(manager, file(GROUPS, "1,Norte,"))["counts"] == {"created": 1}


def test_an_import_lifts_nobody_above_themselves(firm):
    """Whoever imports has a row of their own in the file."""
    own = people(firm)
    (address,) = own
    found = told(firm.admin.access, imported(firm.admin, file(f"{PEOPLE},rol", f"1,{address},Administración,,,,,reader")))
    assert [(line, outcome) for line, outcome, _ in found] == [(2, "refused")]
