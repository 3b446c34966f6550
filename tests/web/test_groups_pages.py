"""Grupos, by forms alone: a group is made, given people, clients and permissions, changed by two at once, and deleted."""

from __future__ import annotations

from tests.journeys.portfolio import a_company, register
from tests.web.pages import browser_of, opened


def listed(person):
    return person.get("/api/clients").body["total"]


def test_a_group_is_made_with_its_permissions(firm, admin):
    page = (
        opened(admin, "/grupos/nuevo").form("/grupos/nuevo").send(name="Norte", description="Los de Lugo", grant=["dehu:sync", "tgss:open"])
    )
    made = firm.admin.get("/api/groups").body["items"][0]
    assert "Grupo creado" in page.text()
    assert (made["name"], made["description"]) == ("Norte", "Los de Lugo")
    assert made["grants"] == [{"body": "dehu", "verbs": ["sync"]}, {"body": "tgss", "verbs": ["open"]}]


def test_a_name_that_is_taken_is_said_beside_it_and_the_boxes_stay_ticked(firm, admin):
    firm.group("Norte", bodies=())
    page = opened(admin, "/grupos/nuevo").form("/grupos/nuevo").send(name="Norte", grant=["dehu:sync"])
    assert page.status == 409
    assert "Ya hay un grupo" in page.fault_of("name")
    assert page.form("/grupos/nuevo").values["grant"] == ["dehu:sync"]


def test_permissions_are_ticked_and_taken_and_what_has_no_box_stays(firm, admin):
    group_id = firm.group("Norte", bodies=("dehu", "teu"))
    form = opened(admin, f"/grupos/{group_id}").form(f"/grupos/{group_id}/permisos")
    assert form.values["grant"] == ["dehu:sync", "dehu:open"]
    page = form.send(grant=["dehu:sync", "aeat:sync"])
    grants = {grant["body"]: grant["verbs"] for grant in firm.admin.get(f"/api/groups/{group_id}").body["grants"]}
    assert "Permisos guardados" in page.text()
    assert grants == {"dehu": ["sync"], "aeat": ["sync"], "teu": ["open", "sync"]}


def test_the_second_of_two_who_change_a_group_is_told_what_changed_and_loses_nothing(firm, admin):
    group_id = firm.group("Norte", bodies=())
    address = f"/grupos/{group_id}"
    mine, theirs = (opened(admin, address).form(address) for _ in range(2))
    assert theirs.send(name="Noroeste").status == 200
    page = mine.send(name="Norte y Este", description="Mío")
    assert page.status == 409
    assert "Nombre: «Noroeste»" in page.text()
    again = page.form(address)
    assert (again.values["name"], again.values["description"]) == (["Norte y Este"], ["Mío"])
    assert again.send().text().startswith("Guardado.")
    assert firm.admin.get(f"/api/groups/{group_id}").body["name"] == "Norte y Este"


def test_a_person_who_is_added_sees_the_clients_of_the_group_until_taken_out(firm, admin):
    group_id = firm.group("Norte", bodies=())
    firm.admin.put(f"/api/clients/{register(firm.admin, a_company())}/groups", {"group_ids": [group_id]})
    reader = firm.user("reader")
    user_id, address = reader.get("/api/me").body["id"], f"/grupos/{group_id}/personas"
    assert listed(reader) == 0
    browser_opens = opened(admin, address + "?q=reader")
    browser_opens.form(f"{address}/anadir").send("user_id", user_id)
    assert listed(reader) == 1
    opened(admin, address).form(f"{address}/quitar").send("user_id", user_id)
    assert listed(reader) == 0


def test_clients_are_found_ticked_added_and_taken_out(firm, admin):
    group_id, party = firm.group("Norte", bodies=()), a_company()
    client_id, _other = register(firm.admin, party), register(firm.admin, a_company())
    address = f"/grupos/{group_id}/clientes"
    search = opened(admin, f"{address}/anadir?q={party.tax_id}")
    assert [box.get("value") for box in search.document.xpath("//input[@name='ids']")] == [client_id]
    page = search.form(f"{address}/anadir").send(ids=[client_id])
    assert "1 cliente añadido." in page.text()
    assert firm.admin.get(f"/api/groups/{group_id}").body["client_ids"] == [client_id]
    page = page.form(address).send(ids=[client_id])
    assert "1 cliente fuera del grupo." in page.text()
    assert firm.admin.get(f"/api/groups/{group_id}").body["client_ids"] == []


def test_all_that_a_search_finds_are_added_by_a_job(firm, admin):
    group_id, party = firm.group("Norte", bodies=()), a_company()
    register(firm.admin, party)
    address = f"/grupos/{group_id}/clientes/anadir"
    page = opened(admin, f"{address}?q={party.tax_id}").form(address).send("all", "1")
    assert (page.status, page.path.startswith("/trabajos/clients.")) == (200, True)


def test_a_form_without_a_tick_says_so(firm, admin):
    group_id = firm.group("Norte", bodies=())
    register(firm.admin, a_company())
    address = f"/grupos/{group_id}/clientes/anadir"
    page = opened(admin, address).form(address).send()
    assert (page.status, "No ha marcado ningún cliente." in page.text()) == (422, True)


def test_a_group_is_deleted_after_its_consequences_were_said(firm, admin):
    group_id = firm.group("Norte")
    address = f"/grupos/{group_id}/borrar"
    page = opened(admin, address)
    assert "No se puede deshacer" in page.text()
    assert "Grupo «Norte» borrado." in page.form(address).send().text()
    assert opened(admin, f"/grupos/{group_id}").status == 404


def test_who_may_not_manage_has_no_button_and_the_address_refuses(firm):
    group_id = firm.group("Norte")
    reader = browser_of(firm.user("reader", [group_id]))
    page = opened(reader, f"/grupos/{group_id}")
    assert page.document.xpath("//main//button") == []
    assert page.document.xpath("//input[@name='grant'][not(@disabled)]") == []
    pages = ("/grupos/nuevo", f"/grupos/{group_id}/borrar", f"/grupos/{group_id}/clientes/anadir")
    assert {opened(reader, address).status for address in pages} == {403}
    token = page.form("/salir").values["csrf_token"]
    for address in (f"/grupos/{group_id}", f"/grupos/{group_id}/permisos", f"/grupos/{group_id}/personas/anadir"):
        assert reader.call("POST", address, data={"csrf_token": token, "name": "x", "grant": "aeat:sync", "user_id": "x"}).status == 403


def test_a_group_of_others_is_not_found(firm, site):
    reader = browser_of(firm.user("reader", [firm.group("Sur")]))
    foreign = site.firm().group("Norte")
    for group_id in (firm.group("Norte"), foreign):
        assert {opened(reader, f"/grupos/{group_id}{part}").status for part in ("", "/personas", "/clientes", "/borrar")} == {404}
