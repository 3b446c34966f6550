"""Usuarios y roles, by forms alone."""

from __future__ import annotations

from tests.web.pages import browser_of, opened


def id_of(person):
    return person.get("/api/me").body["id"]


def role_of(firm, name):
    return next(role for role in firm.admin.get("/api/roles").body["items"] if role["name"] == name)


def test_a_new_person_gets_a_link_that_is_shown_once_and_lets_them_in(firm, admin, site):
    group_id, email = firm.group("Norte", bodies=()), f"ana@{firm.name}.example"
    form = opened(admin, "/usuarios/nuevo").form("/usuarios/nuevo")
    page = form.send(name="Ana", email=email, role="operator", group_ids=[group_id])
    link = page.document.xpath("string(//code)")
    assert (page.status, link.startswith(f"{site.url}/invitacion/")) == (201, True)
    person = firm.enter(link.rpartition("/")[2], email)
    me = person.get("/api/me").body
    assert (me["role"], [group["name"] for group in me["groups"]]) == ("operator", ["Norte"])


def test_a_taken_email_is_said_beside_it_and_nothing_typed_is_lost(firm, admin):
    typed = {"name": "Ana", "email": firm.admin.email, "role": "reader"}
    page = opened(admin, "/usuarios/nuevo").form("/usuarios/nuevo").send(**typed)
    assert page.status == 409
    assert page.form("/usuarios/nuevo").values["name"] == ["Ana"]
    assert page.fault_of("email")


def test_people_are_filtered_by_state_role_and_words(firm, admin):
    person = firm.user("operator")
    assert "1 usuario" in opened(admin, "/usuarios?role=operator&is_active=true").text("//caption")
    assert person.email in opened(admin, "/usuarios?q=operator").text("//table")
    assert "Ningún usuario coincide" in opened(admin, "/usuarios?is_active=false").text()


def test_a_person_is_changed_and_the_second_of_two_is_told_what_changed(firm, admin):
    address = f"/usuarios/{id_of(firm.user('reader'))}"
    mine, theirs = (opened(admin, address).form(address) for _ in range(2))
    assert theirs.send(role="operator").status == 200
    page = mine.send(name="Otro nombre")
    assert (page.status, "Rol: «Operación»" in page.text()) == (409, True)
    assert page.form(address).values["name"] == ["Otro nombre"]


def test_a_disabled_person_is_out_at_once_and_comes_back(firm, admin, site):
    person = firm.user("reader")
    address = f"/usuarios/{id_of(person)}"
    page = opened(admin, address)
    assert "terminan sus sesiones" in page.text()
    page = page.form(f"{address}/estado").send("is_active", "false")
    assert person.get("/api/me").status == 401
    assert "Desactivado" in page.text()
    page.form(f"{address}/estado").send("is_active", "true")
    assert site.visitor().sign_in(person.email, person.password).status == 200


def test_the_own_permissions_of_a_person_are_ticked(firm, admin):
    reader = firm.user("reader")
    address = f"/usuarios/{id_of(reader)}"
    opened(admin, address).form(f"{address}/permisos").send(grant=["dehu:sync"])
    assert reader.get("/api/grants").body["items"][0]["verbs"] == ["sync"]


def test_somebody_is_invited_again_and_their_second_factor_reset(firm, admin):
    person = firm.user("reader")
    address = f"/usuarios/{id_of(person)}"
    page = opened(admin, address).form(f"{address}/invitacion").send()
    assert "/invitacion/" in page.document.xpath("string(//code)")
    page = opened(admin, address).form(f"{address}/segundo-factor").send()
    assert "Segundo factor y llaves de acceso anulados" in page.text()
    assert person.get("/api/me").status == 401


def test_a_link_that_is_not_shown_says_why_on_the_persons_page(firm, admin):
    address = f"/usuarios/{id_of(firm.user('manager'))}"
    page = opened(admin, address).form(f"{address}/invitacion").send()
    assert "Este usuario puede más que usted" in page.text() and "Invitar otra vez" in page.text()


def test_who_manages_people_and_not_groups_saves_a_person_in_a_group(firm):
    role = firm.admin.post("/api/roles", {"name": "Personal", "capabilities": ["users.manage"]})
    assert role.status == 201, role
    reader = firm.user("reader", [firm.group("Norte")])
    browser, address = browser_of(firm.user("Personal")), f"/usuarios/{id_of(reader)}"
    page = opened(browser, address)
    assert page.document.xpath("//fieldset[.//input[@name='group_ids'] or .//p][@disabled]")
    assert "Guardado." in page.form(address).send(name="Otro nombre").text()
    assert [group["name"] for group in reader.get("/api/me").body["groups"]] == ["Norte"]


def test_a_token_of_somebody_is_seen_and_revoked(firm, admin):
    person = firm.user("operator")
    token = person.post("/api/tokens", {"name": "Contabilidad", "capabilities": ["clients.write"]}).body
    address = f"/usuarios/{id_of(person)}"
    page = opened(admin, address)
    assert "Contabilidad" in page.text()
    page.form(f"{address}/tokens/{token['id']}/revocar").send()
    assert person.get("/api/tokens").body["items"] == []


def test_a_manager_sees_people_and_gives_permissions_but_changes_nobody(firm):
    manager, reader = browser_of(firm.user("manager")), firm.user("reader")
    address = f"/usuarios/{id_of(reader)}"
    page = opened(manager, address)
    assert page.forms() & {f"{address}/estado", f"{address}/invitacion", f"{address}/segundo-factor"} == set()
    assert page.document.xpath(f"//form[@action='{address}']//button") == []
    page.form(f"{address}/permisos").send(grant=["dehu:sync"])
    assert reader.get("/api/grants").body["total"] == 1
    token = page.form("/salir").values["csrf_token"]
    refused = [manager.call("POST", f"{address}{part}", data={"csrf_token": token}).status for part in ("/estado", "/invitacion")]
    assert refused == [403, 403]
    assert {opened(manager, path).status for path in ("/usuarios/nuevo", "/roles")} == {403}


def test_a_reader_may_not_see_the_people(firm):
    reader = browser_of(firm.user("reader"))
    page = opened(reader, "/usuarios")
    assert page.status == 403
    assert "/usuarios" not in opened(reader, "/perfil").document.xpath("//nav//a/@href")


def test_a_role_is_copied_narrowed_and_deleted(firm, admin):
    operator = role_of(firm, "operator")
    page = opened(admin, f"/roles/{operator['id']}")
    assert page.document.xpath("//fieldset[not(@disabled)]") == []
    page = page.form(f"/roles/{operator['id']}/copiar").send(copy_name="Oficial")
    address = page.path
    assert page.form(address).send(capabilities=["mailboxes.sync"]).status == 200
    assert role_of(firm, "Oficial")["capabilities"] == ["mailboxes.sync"]
    assert "Rol borrado." in opened(admin, address).form(f"{address}/borrar").send().text()


def test_a_copy_with_a_taken_name_says_so_beside_it(firm, admin):
    operator = role_of(firm, "operator")
    page = opened(admin, f"/roles/{operator['id']}").form(f"/roles/{operator['id']}/copiar").send(copy_name="manager")
    assert (page.status, "Ya hay un rol" in page.fault_of("copy_name")) == (409, True)


def test_a_role_that_somebody_has_is_not_offered_to_be_deleted(firm, admin):
    made = firm.admin.post("/api/roles", {"name": "Oficial", "capabilities": []}).body
    firm.user("Oficial")
    page = opened(admin, f"/roles/{made['id']}")
    assert "1 usuario tiene este rol" in page.text()
    assert page.document.xpath(f"//form[@action='/roles/{made['id']}/borrar']//button") == []
