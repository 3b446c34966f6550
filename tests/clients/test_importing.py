"""Files of clients: each row is brought in, changes, changes nothing or is refused; the same file twice is once."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from services.clients.bringing import Known
from services.contracts.errors import Invalid, NotAllowed, NotFound, StaleVersion
from tests import people
from tests.jobs import ended, outcomes, told
from tests.worlds import until

HEADER = "identificador;razon_social;nif;email;telefono"


@pytest.fixture
def firm(world):
    return world.firm()


@pytest.fixture
def group(firm):
    """A group with an operator in it: {id, name, operator}."""
    user_id = firm.user("operator")
    made = firm.admin.access.create_group({"name": "Laboral", "member_ids": [user_id]})
    return {"id": made["id"], "name": made["name"], "operator": firm.as_user(user_id)}


def file(*rows: str, header: str = HEADER, encoding: str = "utf-8") -> str:
    return base64.b64encode("\r\n".join([header, *rows, ""]).encode(encoding)).decode()


def imported(who, content: str, layout: str = "", dry_run: bool = False) -> dict:
    return ended(who.clients, who.clients.import_file(content, layout, dry_run))


def clients_of(who) -> list[dict]:
    return who.clients.clients({"page": 1, "page_size": 200, "sort": "name"})["items"]


def test_the_layout_of_other_managers_is_brought_in(firm):
    nif = people.tax_id()
    job = imported(firm.admin, file(f"7;Núñez e Hijos, S.L.;{nif[:8]}-{nif[8].lower()};a@b.example;600 100 200", encoding="cp1252"))
    assert (job["state"], job["counts"]) == ("done", {"created": 1})
    (client,) = clients_of(firm.admin)
    assert (client["tax_id"], client["name"], client["email"]) == (nif, "Núñez e Hijos, S.L.", "a@b.example")
    assert client["notes"] == "Teléfono: 600 100 200"
    assert outcomes(firm.admin.clients, job)[0]["subject_id"] == client["id"]


def test_what_was_exported_is_imported_unchanged_and_makes_the_same_firm_elsewhere(world, firm, group):
    ccc, naf = people.ccc(), people.naf()
    address = {"street": "Mayor, 1", "postal_code": "08001", "city": "Barcelona", "province": "Barcelona", "country": "ES"}
    numbers = {"ccc": [ccc, people.ccc()], "naf": [naf]}
    new = {"tax_id": people.tax_id(), "name": '=Uno; "dos"', "notes": "dos\nlíneas", "postal_address": address, "group_ids": [group["id"]]}
    firm.admin.clients.register(new | {"social_security": numbers, "watch_edicts": False})
    begun = firm.admin.clients.export({})
    content = base64.b64encode((begun["head"] + firm.admin.clients.export_rows(begun["client_ids"])).encode()).decode()
    assert imported(firm.admin, content)["counts"] == {"unchanged": 1}
    elsewhere = world.firm()
    elsewhere.admin.access.create_group({"name": group["name"]})
    assert imported(elsewhere.admin, content)["counts"] == {"created": 1}
    (here,), (there,) = clients_of(firm.admin), clients_of(elsewhere.admin)
    same = ("tax_id", "name", "notes", "postal_address", "social_security", "watch_edicts", "receives_notifications")
    assert [here[name] for name in same] == [there[name] for name in same]
    assert [each["name"] for each in there["groups"]] == [group["name"]]


def test_a_cell_with_ccc_replaces_those_of_the_client_and_an_empty_one_leaves_them(firm):
    nif, kept, new = people.tax_id(), people.ccc(), people.ccc()
    firm.admin.clients.register({"tax_id": nif, "name": "Bodega", "social_security": {"ccc": [kept, people.ccc()], "naf": [people.naf()]}})
    (before,) = clients_of(firm.admin)
    header = "tax_id,name,ccc,naf"
    assert imported(firm.admin, file(f"{nif},Bodega,,", header=header))["counts"] == {"unchanged": 1}
    assert imported(firm.admin, file(f"{nif},Bodega,{kept} {new},", header=header))["counts"] == {"changed": 1}
    (after,) = clients_of(firm.admin)
    assert after["social_security"] == {"ccc": [kept, new], "naf": before["social_security"]["naf"]}


def test_the_same_file_twice_is_once(firm):
    content = file(f"1;Uno;{people.tax_id()};;600", f"2;Dos;{people.company_tax_id()};;")
    assert imported(firm.admin, content)["counts"] == {"created": 2}
    before = clients_of(firm.admin)
    assert imported(firm.admin, content)["counts"] == {"unchanged": 2}
    assert clients_of(firm.admin) == before


def test_a_known_client_is_changed_by_what_the_file_says_and_keeps_the_rest(firm):
    nif = people.tax_id()
    firm.admin.clients.register({"tax_id": nif, "name": "Antes", "email": "a@b.example", "notes": "Nota"})
    assert imported(firm.admin, file(f"1;Después;{nif};;600"))["counts"] == {"changed": 1}
    (client,) = clients_of(firm.admin)
    assert (client["name"], client["email"], client["notes"], client["version"]) == ("Después", "a@b.example", "Nota\nTeléfono: 600", 2)


def test_whoever_had_a_client_open_is_told_which_fields_a_file_changed(firm, group):
    made = [firm.admin.clients.register({"tax_id": people.tax_id(), "name": "Antes"}) for _ in range(2)]
    rows = [f"{made[0]['tax_id']};Después;", f"{made[1]['tax_id']};Antes;{group['name']}"]
    assert imported(firm.admin, file(*rows, header="tax_id;name;groups"))["counts"] == {"changed": 2}
    for client, expected in zip(made, ({"name"}, {"groups"}), strict=True):
        with pytest.raises(StaleVersion) as refused:
            firm.admin.clients.change(client["id"], {"version": 1, "notes": "a"})
        assert set(refused.value.errors) == expected


def test_of_a_dry_run_nothing_stays(firm):
    nif = people.tax_id()
    firm.admin.clients.register({"tax_id": nif, "name": "Antes"})
    rows = [f"1;Después;{nif};;", f"2;Nuevo;{people.tax_id()};;", "3;Malo;1;;"]
    job = imported(firm.admin, file(*rows), dry_run=True)
    assert [outcome for _, outcome, _ in told(firm.admin.clients, job)] == ["would_change", "would_create", "refused"]
    assert [client["name"] for client in clients_of(firm.admin)] == ["Antes"]


def test_a_bad_row_stops_no_good_one_and_says_line_column_and_reason(firm):
    nif = people.tax_id()
    rows = [f"1;Uno;{nif};no es correo;", "2;Dos;12345678A;;", f"3;Tres;{people.tax_id()};;", f"4;;{people.tax_id()};;", "5;a;b;c;d;e"]
    found = told(firm.admin.clients, imported(firm.admin, file(*rows)))
    assert [(line, outcome, sorted(errors)) for line, outcome, errors in found] == [
        (2, "refused", ["email"]),
        (3, "refused", ["nif"]),
        (4, "created", []),
        (5, "refused", ["razon_social"]),
        (6, "refused", ["file"]),
    ]
    assert all(reason for _, _, errors in found for reasons in errors.values() for reason in reasons)


@pytest.mark.parametrize(("dry_run", "counts"), [(False, {"created": 1, "unchanged": 1}), (True, {"would_create": 1, "unchanged": 1})])
def test_a_client_that_somebody_registers_while_its_part_is_done_stops_no_file(firm, monkeypatch, dry_run, counts):
    """The first try looked who is known a moment too early."""
    nif, before = people.tax_id(), Known.before
    firm.admin.clients.register({"tax_id": nif, "name": "Uno"})

    def a_moment_ago(*asked):
        monkeypatch.undo()
        return replace(before(*asked), clients={}, groups_of={})

    monkeypatch.setattr(Known, "before", a_moment_ago)
    job = imported(firm.admin, file(f"1;Uno;{nif};;", f"2;Dos;{people.tax_id()};;"), dry_run=dry_run)
    assert (job["state"], job["counts"], Known.before) == ("done", counts, before)


def test_a_tax_id_twice_in_a_file_is_brought_in_once_whatever_its_form(firm):
    nif = people.tax_id()
    found = told(firm.admin.clients, imported(firm.admin, file(f"1;Uno;{nif};;", f"2;Otro;{nif[:2]}.{nif[2:].lower()};;")))
    assert [(line, outcome, sorted(errors)) for line, outcome, errors in found] == [(2, "created", []), (3, "refused", ["nif"])]
    assert "línea 2" in found[1][2]["nif"][0]


def test_clients_of_somebody_who_does_not_see_all_enter_their_groups(firm, group):
    job = imported(group["operator"], file(f"1;Uno;{people.tax_id()};;"))
    assert job["counts"] == {"created": 1}
    assert [each["id"] for each in clients_of(group["operator"])[0]["groups"]] == [group["id"]]


def test_a_client_whom_one_may_not_see_is_refused_as_when_registering(firm, group):
    nif = people.tax_id()
    firm.admin.clients.register({"tax_id": nif, "name": "Ajeno"})
    with pytest.raises(Exception) as registering:
        group["operator"].clients.register({"tax_id": nif, "name": "Mío"})
    job = imported(group["operator"], file(f"1;Mío;{nif};;"))
    assert told(group["operator"].clients, job) == [(2, "refused", {"nif": [registering.value.message]})]
    assert [client["name"] for client in clients_of(firm.admin)] == ["Ajeno"]


def test_groups_are_named_and_only_ones_own_may_be(firm, group):
    firm.admin.access.create_group({"name": "Ajeno"})
    rows = [f"{people.tax_id()};Uno;laboral", f"{people.tax_id()};Dos;Laboral|Ajeno", f"{people.tax_id()};Tres;Nada"]
    content = file(*rows, header="tax_id;name;groups")
    found = told(group["operator"].clients, imported(group["operator"], content))
    assert [(outcome, sorted(errors)) for _, outcome, errors in found] == [
        ("created", []),
        ("refused", ["groups"]),
        ("refused", ["groups"]),
    ]
    assert imported(firm.admin, content)["counts"] == {"created": 1, "refused": 1, "unchanged": 1}


def test_a_file_as_a_whole_is_refused_at_once(firm):
    for content in (file(), file("1", header="a;b"), ""):
        with pytest.raises(Invalid):
            firm.admin.clients.import_file(content, "", False)
    with pytest.raises(Invalid, match="no son válidos"):
        firm.admin.clients.import_file(file("1;Grupo;", header="id_grupo;nombre_grupo;descripcion"), "", False)


def test_a_reader_imports_nothing(firm):
    with pytest.raises(NotAllowed):
        firm.as_user(firm.user("reader")).clients.import_file(file(f"1;Uno;{people.tax_id()};;"), "", True)


def test_the_job_is_in_the_trail_and_nobody_elses(firm, group):
    job = imported(group["operator"], file(f"1;Uno;{people.tax_id()};;"))
    (entry,) = until(lambda: firm.admin.audit.entries({"act": "clients.client_job_asked"})["items"])
    assert job["id"].endswith(entry["subject"]) and entry["detail"]["count"] == 1
    with pytest.raises(NotFound):
        firm.as_user(firm.user("operator")).clients.job(job["id"])
    assert firm.admin.clients.job(job["id"]) == job
