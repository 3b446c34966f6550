"""Every page, light and dark, wide and on a telephone: no fault that axe-core finds, not too heavy; and what only comes up on the way."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.looks import MOST_UNLIKE, faults_of
from tests.browser.places import NARROWER, address, ids_of, role_for, rules
from tests.browser.visits import NARROW
from tests.journeys.portfolio import register

HEAVIEST_KB = 250
OK = 200


@pytest.fixture(scope="module")
def ids(demo):
    return ids_of(demo)


@pytest.mark.full
@pytest.mark.parametrize("rule", rules())
def test_a_page_is_without_fault_and_light_to_load(visits, ids, rule):
    role, parts = role_for(rule), []
    page = visits.page_of(role) if role else visits.page_for(None)
    page.on("response", lambda part: parts.append(part))
    page.goto(address(rule, ids))
    assert faults_of(page) == []
    # Icons come after the page counts as loaded: weighed last, they are there.
    assert weight_kb(parts) <= HEAVIEST_KB


def test_a_page_is_without_fault_for_who_may_only_read(visits, ids):
    page = visits.page_of("reader")
    for rule in NARROWER:
        assert page.goto(address(rule, ids)).status == OK, rule
        assert faults_of(page, MOST_UNLIKE) == [], rule


def weight_kb(parts: list[Response]) -> float:
    """Of a first visit, everything compressed, the page too, as a proxy would."""
    return sum(len(gzip.compress(part.body())) for part in parts if part.status == OK) / 1000


@pytest.fixture
def page(visits) -> Page:
    return visits.page_of("manager")


def test_a_form_with_faults(page):
    page.goto("/clientes/nuevo")
    page.get_by_label("NIF/CIF").fill("B12345678")
    page.get_by_label("Nombre o razón social").fill("Mal escrita")
    page.get_by_role("textbox", name="CCC 1").fill("08123456789")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_role("textbox", name="CCC 1")).to_have_attribute("aria-invalid", "true")
    assert faults_of(page) == []


def test_a_form_that_was_sent_when_the_session_had_ended(page, party, demo):
    page.goto("/clientes/nuevo")
    page.get_by_label("NIF/CIF").fill(party.tax_id)
    page.get_by_label("Nombre o razón social").fill(party.name)
    page.context.clear_cookies()
    page.get_by_role("button", name="Guardar", exact=True).click()
    page.get_by_label("Correo electrónico").fill(demo.users["manager"]["email"])
    page.get_by_label("Contraseña").fill(demo.users["manager"]["password"])
    assert faults_of(page) == []
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("button", name="Guardarlo ahora")).to_be_visible()
    assert faults_of(page) == []
    page.get_by_role("button", name="Guardarlo ahora").click()
    expect(page.get_by_role("heading", name=party.name, level=1)).to_be_visible()


def test_a_form_that_somebody_else_has_overtaken(page, party, demo):
    client_id = register(demo.person("manager"), party)
    page.goto(f"/clientes/{client_id}")
    demo.person("manager").patch(f"/api/clients/{client_id}", {"version": 1, "email": "suyo@cliente.example", "notes": "Llamar"})
    page.get_by_label("Correo electrónico").fill("mio@cliente.example")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults_of(page) == []


def test_a_client_that_is_archived_and_has_nothing(page, party, demo):
    client_id = register(demo.person("manager"), party)
    assert demo.person("manager").delete(f"/api/clients/{client_id}").status == 204
    for tab in ("", "/notificaciones", "/grupos", "/buzones"):
        page.goto(f"/clientes/{client_id}{tab}")
        assert faults_of(page) == [], tab


@pytest.mark.parametrize("path", ["/clientes?q=nadie", "/notificaciones?q=nadie", "/edictos?tray=closed", "/auditoria?subject=nada"])
def test_a_list_with_nothing_in_it(page, path):
    page.goto(path)
    expect(page.locator(".empty").first).to_be_visible()
    assert faults_of(page) == []


def test_a_list_with_chosen_clients_and_filters(page):
    page.goto("/clientes?certificate=valid&sort=-name")
    page.get_by_label("Elegir todos los de esta página").check()
    assert faults_of(page) == []


def test_what_is_not_there_and_what_is_forbidden(page):
    for path in ("/clientes/nada", "/despacho"):
        page.goto(path)
        assert faults_of(page) == [], path


def test_the_help_of_the_keys(page):
    page.goto("/notificaciones")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults_of(page) == []


def test_the_menu_on_a_telephone(visits):
    page = visits.page_of("administrator", viewport=NARROW)
    page.goto("/clientes")
    page.get_by_role("button", name="Abrir el menú").click()
    page.get_by_role("link", name="Salud de organismos").click()
    expect(page.get_by_role("heading", name="Salud de organismos", level=1)).to_be_visible()


def test_a_subject_has_the_width_of_a_telephone(visits, ids):
    page = visits.page_of("manager", viewport=NARROW)
    page.goto(f"/clientes/{ids['client_id']}/notificaciones")
    row = page.locator("#list tbody tr").first
    cell = row.locator("td", has=page.locator("a.subject"))
    assert cell.bounding_box()["width"] >= 0.95 * row.bounding_box()["width"]


def test_a_refused_sign_in(visits):
    page = visits.page_for(None)
    page.goto("/entrar")
    page.get_by_label("Correo electrónico").fill("nadie@demo.example")
    page.get_by_label("Contraseña").fill("no es la suya")
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults_of(page) == []
