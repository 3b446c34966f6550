"""Abrir navegador, by forms alone: who may, with what, and who did."""

from __future__ import annotations

import pytest

from tests.journeys.portfolio import PASSWORD, a_company, register
from tests.visitors import wait_for
from tests.web.pages import browser_of, opened

OPEN = "Abrir navegador"


@pytest.fixture
def manager(firm):
    return firm.user("manager")


@pytest.fixture
def party():
    return a_company()


@pytest.fixture
def client_id(manager, party):
    return register(manager, party)


@pytest.fixture
def certified(site, manager, party, client_id):
    """The client, once its certificate is here."""
    file = site.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    answer = manager.upload(f"/api/clients/{client_id}/certificates", file, PASSWORD)
    assert answer.status == 201, answer
    return client_id


def links(page) -> list[str]:
    return page.document.xpath("//main//a[contains(@href, '/navegador')]/@href")


def test_a_client_without_a_certificate_says_what_is_missing_and_has_no_button(manager, client_id):
    browser = browser_of(manager)
    page = opened(browser, f"/clientes/{client_id}")
    assert "No tiene certificado con el que identificarse" in page.text() and OPEN not in page.text("//main//a")
    page = opened(browser, f"/clientes/{client_id}/navegador")
    assert f"/clientes/{client_id}/navegador" not in page.forms()


def test_an_archived_client_says_so_and_has_no_button(manager, certified):
    manager.delete(f"/api/clients/{certified}")
    page = opened(browser_of(manager), f"/clientes/{certified}")
    assert "El cliente está archivado: recupérelo" in page.text() and OPEN not in page.text("//main//a")


@pytest.mark.parametrize("role", ["administrator", "reader"])
def test_whose_role_may_not_use_certificates_has_no_button_and_no_page(firm, manager, certified, role):
    group = manager.post("/api/groups", {"name": "Todos"}).body
    manager.call("PUT", f"/api/clients/{certified}/groups", json={"group_ids": [group["id"]]})
    person = firm.user(role)
    manager.patch(f"/api/groups/{group['id']}", {"version": group["version"], "member_ids": [person.get("/api/me").body["id"]]})
    browser = browser_of(person)
    page = opened(browser, f"/clientes/{certified}")
    assert "Su rol no permite usar certificados" in page.text() and links(page) == []
    token = page.document.xpath("//input[@name='csrf_token']/@value")[0]
    address = f"/clientes/{certified}/navegador"
    assert opened(browser, address).status == 403
    assert browser.call("POST", address, data={"csrf_token": token, "reason": "Presentar el 303"}).status == 403
    assert person.post(f"/api/clients/{certified}/browser", {"reason": "Presentar el 303"}).status == 403


def test_without_a_reason_nothing_opens_and_the_form_says_so(manager, party, certified):
    browser, address = browser_of(manager), f"/clientes/{certified}/navegador"
    page = opened(browser, opened(browser, f"/clientes/{certified}").document.xpath(f"//a[@href='{address}']/@href")[0])
    assert party.name in page.text()
    refused = page.form(address).send(reason="  x ")
    assert (refused.status, bool(refused.fault_of("reason"))) == (422, True)
    assert refused.form(address).values["reason"] == ["  x "]
    assert "Nadie lo ha abierto todavía" in refused.text()


def test_a_browser_is_opened_listed_with_its_reason_and_closed(manager, certified):
    browser, address = browser_of(manager), f"/clientes/{certified}/navegador"
    form = opened(browser, address).form(address)
    assert form.element.get("target") == "_blank"
    viewer = form.send(reason="Presentar el 303 <urgente>")
    assert (viewer.status, viewer.path.startswith("/navegador/")) == (200, True)
    page = opened(browser, address)
    assert "Presentar el 303 <urgente>" in page.text("//table") and "Abierto" in page.text("//tbody")
    assert viewer.path in links(page)
    closing = f"{address}/{viewer.path.rpartition('/')[2]}/cerrar"
    page = page.form(closing).send()
    session = f"/api/browser-sessions/{viewer.path.rpartition('/')[2]}"
    wait_for(manager, session, lambda body: body["state"] == "ended")
    page = opened(browser, address)
    assert "La cerró quien la abrió." in page.text("//tbody")
    assert closing not in page.forms()


def test_a_client_that_one_may_not_see_has_no_browser(site, firm, certified):
    for stranger in (firm.user("operator"), site.firm().user("manager")):
        assert opened(browser_of(stranger), f"/clientes/{certified}/navegador").status == 404
        assert stranger.post(f"/api/clients/{certified}/browser", {"reason": "Presentar el 303"}).status == 404
