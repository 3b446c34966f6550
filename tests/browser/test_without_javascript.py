"""In a browser that runs no code of ours everything is read, and what matters is saved."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.places import address, ids_of, role_for, rules
from tests.browser.visits import NARROW
from tests.journeys.portfolio import register
from tests.people import ccc


@pytest.fixture
def page(visits):
    return visits.page_of("manager", java_script_enabled=False)


def test_every_page_is_read(visits, demo):
    ids, people = ids_of(demo), {None: None} | {role: demo.person(role) for role in ("administrator", "manager")}
    pages = {role: visits.page_for(person, java_script_enabled=False) for role, person in people.items()}
    for rule in rules():
        page = pages[role_for(rule)]
        page.goto(address(rule, ids))
        expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_somebody_signs_in_and_out(visits, demo):
    page = visits.page_for(None, java_script_enabled=False)
    page.goto("/entrar")
    page.get_by_label("Correo electrónico").fill(demo.users["reader"]["email"])
    page.get_by_label("Contraseña").fill(demo.users["reader"]["password"])
    page.get_by_role("button", name="Entrar", exact=True).click()
    expect(page.get_by_role("heading", name="Notificaciones", level=1)).to_be_visible()
    page.get_by_role("button", name="Salir").click()
    expect(page.get_by_role("heading", name="Entrar")).to_be_visible()


def test_the_menu_on_a_telephone_leads_to_every_page(visits):
    page = visits.page_of("administrator", java_script_enabled=False, viewport=NARROW)
    page.goto("/clientes")
    expect(page.get_by_role("button", name="Abrir el menú")).to_be_hidden()
    page.get_by_role("link", name="Salud de organismos").click()
    expect(page.get_by_role("heading", name="Salud de organismos", level=1)).to_be_visible()


def test_a_client_is_made_changed_and_put_into_a_group(page, party, demo):
    number = ccc()
    page.goto("/clientes/nuevo")
    page.get_by_label("NIF/CIF").fill(party.tax_id)
    page.get_by_label("Nombre o razón social").fill(party.name)
    page.get_by_role("textbox", name="CCC 1").fill(number)
    page.get_by_role("button", name="Guardar", exact=True).click()
    page.get_by_label("Población").fill("Lugo")
    page.get_by_role("button", name="Guardar", exact=True).click()
    expect(page.get_by_text("Guardado.")).to_be_visible()
    page.get_by_role("link", name="Grupos").last.click()
    page.get_by_label("Grupo").select_option("Sociedades")
    page.get_by_role("button", name="Añadir", exact=True).click()
    expect(page.get_by_role("cell", name="Sociedades", exact=True)).to_be_visible()
    kept = demo.person("manager").get("/api/clients", q=party.tax_id).body["items"][0]
    assert (kept["social_security"]["ccc"], kept["postal_address"]["city"]) == ([number], "Lugo")


def test_the_list_is_searched_with_a_button(page, party, demo):
    register(demo.person("manager"), party)
    page.goto("/clientes")
    page.get_by_label("Buscar").fill(party.tax_id)
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator("#list tbody tr")).to_have_count(1)


def test_a_mailbox_is_read_and_the_page_renews_itself_until_it_is_done(page, demo):
    mailbox = demo.person("manager").get("/api/mailboxes").body["items"][0]
    page.goto(f"/clientes/{mailbox['client_id']}/buzones")
    page.get_by_role("button", name="Consultar DEHú").click()
    expect(page.get_by_text("Consulta completa", exact=True)).to_be_visible()


def test_a_notification_is_taken_on(page, party, demo):
    item = demo.person("manager").get("/api/notifications", tray="pending").body["items"][0]
    page.goto(f"/notificaciones/{item['id']}")
    page.get_by_label("Estado de tramitación").select_option("En trámite")
    page.get_by_role("button", name="Guardar", exact=True).click()
    assert demo.person("manager").get(f"/api/notifications/{item['id']}").body["processing_state"] == "in_progress"
