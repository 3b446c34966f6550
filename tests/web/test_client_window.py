"""The record of a client in its window, saved by forms alone: nothing typed is lost, and each role is offered what it may do."""

from __future__ import annotations

import pytest

from tests.journeys.portfolio import PASSWORD, a_company, register
from tests.people import ccc, naf
from tests.web.pages import browser_of, opened

WRONG_CCC = "08123456789"


@pytest.fixture
def manager(firm):
    return firm.user("manager")


def typed(party, **more):
    return {"tax_id": party.tax_id, "name": party.name, **more}


def test_a_client_with_two_ccc_is_made_without_javascript(manager):
    numbers = [ccc(), ccc()]
    form = opened(browser_of(manager), "/clientes/nuevo").form("/clientes/nuevo")
    page = form.send(**typed(a_company(), ccc=[*numbers, ""], naf=[naf()], postal_address__city="Lugo"))
    made = manager.get(f"/api{page.path.replace('clientes', 'clients')}").body
    assert (made["social_security"]["ccc"], made["postal_address"]["city"]) == (numbers, "Lugo")
    assert "Cliente dado de alta." in page.text()


def test_a_wrong_number_is_marked_beside_its_own_row_and_nothing_typed_is_lost(manager):
    right, party = ccc(), a_company()
    form = opened(browser_of(manager), "/clientes/nuevo").form("/clientes/nuevo")
    page = form.send(**typed(party, ccc=[right, "", WRONG_CCC], email="no es", notes="Llamar", watch_edicts=None))
    again = page.form("/clientes/nuevo").values
    assert (page.status, page.fault_of("ccc-0")) == (422, "")
    assert "Las dos últimas cifras" in page.fault_of("ccc-1")
    assert page.fault_of("email")
    assert (again["ccc"], again["notes"], again["email"]) == ([right, WRONG_CCC, ""], ["Llamar"], ["no es"])
    assert "watch_edicts" not in again
    assert manager.get("/api/clients").body["total"] == 0


def test_a_nif_that_another_client_has_is_said_beside_it(manager):
    party = a_company()
    register(manager, party)
    page = opened(browser_of(manager), "/clientes/nuevo").form("/clientes/nuevo").send(**typed(party))
    assert page.status == 409
    assert "Ya hay un cliente con este NIF" in page.fault_of("tax_id")


def test_switching_the_board_off_is_a_check_box(manager):
    client_id = register(manager, a_company())
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}")
    page = form.send(watch_edicts=None)
    assert not manager.get(f"/api/clients/{client_id}").body["watch_edicts"]
    page.form(f"/clientes/{client_id}").send(watch_edicts="1")
    assert manager.get(f"/api/clients/{client_id}").body["watch_edicts"]


def test_saving_what_is_as_it_was_makes_no_new_version(manager):
    client_id = register(manager, a_company(), notes="una\ndos")
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}")
    assert form.send().status == 200
    assert manager.get(f"/api/clients/{client_id}").body["version"] == 1


def test_the_second_to_save_is_told_what_is_new_and_loses_nothing_typed(manager):
    client_id = register(manager, a_company(), email="antes@a.example")
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}")
    manager.patch(f"/api/clients/{client_id}", {"version": 1, "email": "suyo@a.example", "notes": "Llamar"})
    page = form.send(email="mio@a.example", postal_address__city="Lugo")
    told = page.text("//section[@aria-labelledby='overtaken']")
    again = page.form(f"/clientes/{client_id}").values
    assert page.status == 409
    assert all(words in told for words in ("antes@a.example", "suyo@a.example", "mio@a.example", "Llamar"))
    assert (again["email"], again["postal_address.city"], again["notes"]) == (["mio@a.example"], ["Lugo"], ["Llamar"])
    assert manager.get(f"/api/clients/{client_id}").body["email"] == "suyo@a.example"


def test_the_second_may_save_again_on_purpose_and_leaves_alone_what_they_did_not_touch(manager):
    client_id = register(manager, a_company())
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}")
    manager.patch(f"/api/clients/{client_id}", {"version": 1, "email": "suyo@a.example", "notes": "Llamar"})
    page = form.send(email="mio@a.example").form(f"/clientes/{client_id}").send()
    now = manager.get(f"/api/clients/{client_id}").body
    assert page.status == 200
    assert (now["email"], now["notes"]) == ("mio@a.example", "Llamar")


def test_a_change_of_groups_meanwhile_is_told_too(firm, manager):
    client_id, group_id = register(manager, a_company()), firm.group("Nuevos")
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}")
    manager.put(f"/api/clients/{client_id}/groups", {"group_ids": [group_id]})
    page = form.send(notes="Llamar")
    assert "También han cambiado sus grupos" in page.text("//section[@aria-labelledby='overtaken']")


def test_where_no_code_runs_who_uploads_a_file_is_told_to_save_the_record_first(firm, manager):
    client_id = register(manager, a_company())
    for form in ("certificados", "documentos"):
        said = f"//form[@action='/clientes/{client_id}/{form}']//noscript"
        assert "Guarde antes" in opened(browser_of(manager), f"/clientes/{client_id}").text(said)


def test_a_client_is_archived_and_brought_back(manager):
    client_id = register(manager, a_company())
    page = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}/archivar").send()
    assert "Este cliente está archivado" in page.text()
    page.form(f"/clientes/{client_id}/recuperar").send()
    assert not manager.get(f"/api/clients/{client_id}").body["archived"]


def test_a_client_whose_nif_is_taken_meanwhile_does_not_come_back(manager):
    party = a_company()
    client_id = register(manager, party)
    page = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}/archivar").send()
    register(manager, party)
    refused = page.form(f"/clientes/{client_id}/recuperar").send()
    assert refused.status == 409
    assert "Ya hay un cliente con este NIF" in refused.text()


def test_a_file_that_its_password_does_not_open_is_said_beside_the_password(site, manager):
    party = a_company()
    client_id = register(manager, party)
    file = site.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}/certificados")
    page = form.send(password="otra", files={"file": ("a.p12", file)})
    assert page.status == 422
    assert "La contraseña no abre" in page.fault_of("password")
    assert "otra" not in page.form(f"/clientes/{client_id}/certificados").values["password"]


def test_a_certificate_is_uploaded_shown_with_who_did_and_removed(site, manager):
    party = a_company()
    client_id = register(manager, party)
    file = site.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}/certificados")
    page = form.send(password=PASSWORD, files={"file": ("a.p12", file)})
    shown = page.text("//section[@id='certificate']")
    assert all(words in shown for words in (party.tax_id, "Vigente", "Lo subió manager", "Usos 0"))
    (kept,) = manager.get(f"/api/clients/{client_id}/certificates").body["items"]
    page = page.form(f"/clientes/{client_id}/certificados/{kept['id']}/quitar").send()
    assert "Sin certificado" in page.text("//section[@id='certificate']")
    assert manager.get(f"/api/clients/{client_id}/certificates").body["items"] == []


def test_an_operator_has_no_form_for_certificates_and_is_refused(firm, manager):
    group_id = firm.group("Suyos")
    operator, client_id = firm.user("operator", [group_id]), register(manager, a_company(), [group_id])
    page = opened(browser_of(operator), f"/clientes/{client_id}")
    form = page.form(f"/clientes/{client_id}")
    assert f"/clientes/{client_id}/certificados" not in page.forms()
    form.action = f"/clientes/{client_id}/certificados"
    assert form.send(password="x", files={"file": ("a.p12", b"x")}).status == 403


def test_a_reader_reads_and_is_offered_nothing_to_change(firm, manager):
    group_id, party = firm.group("Suyos"), a_company()
    reader, client_id = firm.user("reader", [group_id]), register(manager, party, [group_id], notes="Llamar")
    pages = [opened(browser_of(reader), f"/clientes/{client_id}{tab}") for tab in ("", "/notificaciones", "/grupos", "/buzones")]
    assert [page.status for page in pages] == [200] * 4
    assert {form for page in pages for form in page.forms()} <= {"/perfil/tema", "/salir", f"/clientes/{client_id}/notificaciones"}
    assert all(words in pages[0].text() for words in (party.tax_id, "Llamar"))


def test_a_readers_forms_are_refused(firm, manager):
    group_id = firm.group("Suyos")
    reader, client_id = firm.user("reader", [group_id]), register(manager, a_company(), [group_id])
    browser = browser_of(reader)
    token = opened(browser, f"/clientes/{client_id}").form("/salir").values
    for path in (f"/clientes/{client_id}", f"/clientes/{client_id}/archivar", f"/clientes/{client_id}/grupos", "/clientes/nuevo"):
        assert browser.call("POST", path, data=token | {"tax_id": a_company().tax_id, "name": "x"}).status == 403, path
    assert browser.get("/clientes/nuevo").status == 403


def test_nothing_of_a_client_is_found_by_who_may_not_see_it(firm, manager):
    operator, client_id = firm.user("operator", [firm.group("Otros")]), register(manager, a_company())
    browser = browser_of(operator)
    token = opened(browser, "/clientes/nuevo").form("/salir").values
    for path in ("", "/notificaciones", "/grupos", "/buzones"):
        assert browser.get(f"/clientes/{client_id}{path}").status == 404, path
    for path in ("", "/archivar", "/recuperar", "/grupos", "/buzones", "/certificados", "/buzones/x/consultar"):
        assert browser.call("POST", f"/clientes/{client_id}{path}", data=token).status == 404, path


def test_a_form_without_the_token_of_the_session_is_refused(manager):
    client_id = register(manager, a_company())
    form = opened(browser_of(manager), f"/clientes/{client_id}").form(f"/clientes/{client_id}")
    assert form.send(csrf_token="otro", notes="Llamar").status == 403
    assert manager.get(f"/api/clients/{client_id}").body["notes"] == ""
