"""What each of the four roles is offered, and that what has no button has no address either."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.demo import ROLES
from tests.journeys.portfolio import PASSWORD, register
from tests.web.pages import browser_of

EVERYBODYS = ["Listado de clientes", "Notificaciones", "Tablón edictal", "Buzones", "Grupos", "Salud de organismos"]
MENU = {
    "administrator": {"Usuarios y roles", "Certificados", "Despacho", "Portales", "Auditoría", "Eventos aparcados"},
    "manager": {"Usuarios y roles", "Certificados", "Auditoría"},
    "operator": set(),
    "reader": set(),
}
ADDRESSES = {"Usuarios y roles": "/usuarios", "Certificados": "/certificados", "Despacho": "/despacho", "Auditoría": "/auditoria"}
MAY_SYNC = {"manager", "operator"}
MAY_WRITE = {"administrator", "manager", "operator"}
MAY_CERTIFY = {"administrator", "manager"}
BOTH = ("Sociedades", "Autónomos")


@pytest.fixture
def client(demo, party):
    """In both groups, so that all four roles see it, with a mailbox: (its id, the mailbox's)."""
    manager = demo.person("manager")
    client_id = register(manager, party, [demo.group(name) for name in BOTH])
    file = demo.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    manager.upload(f"/api/clients/{client_id}/certificates", file, PASSWORD)
    added = manager.post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": "own_certificate"})
    return client_id, added.body["id"]


def refused(demo, role, path) -> int:
    """The status of a form sent there by hand, with the token of the session."""
    person = demo.person(role)
    data = {"csrf_token": person.http.headers["X-CSRF-Token"], "password": "x"}
    return browser_of(person).call("POST", path, data=data, files={"file": ("a.p12", b"x")}).status


@pytest.mark.parametrize("role", ROLES)
def test_the_menu_has_what_the_role_allows_and_nothing_else(visits, role):
    page = visits.page_of(role)
    page.goto("/clientes")
    shown = page.get_by_role("navigation", name="Principal").get_by_role("link").all_inner_texts()
    assert {label.strip() for label in shown} == MENU[role] | set(EVERYBODYS)


@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_in_the_menu_is_forbidden_by_its_address(visits, role):
    page = visits.page_of(role)
    for label, address in ADDRESSES.items():
        assert page.goto(address).status == (200 if label in MENU[role] else 403), address


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_read_a_mailbox_has_no_button_and_is_refused(visits, demo, client, role):
    client_id, mailbox_id = client
    page = visits.page_of(role)
    page.goto(f"/clientes/{client_id}/buzones")
    expect(page.get_by_role("button", name="Consultar DEHú")).to_have_count(1 if role in MAY_SYNC else 0)
    expect(page.get_by_role("button", name="Pausar DEHú")).to_have_count(1 if role in MAY_WRITE else 0)
    if role not in MAY_SYNC:
        assert demo.person(role).post(f"/api/mailboxes/{mailbox_id}/sync").status == 403
        assert refused(demo, role, f"/clientes/{client_id}/buzones/{mailbox_id}/consultar") == 403


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_change_a_client_reads_it_without_a_form(visits, demo, client, role):
    client_id, _ = client
    page = visits.page_of(role)
    page.goto(f"/clientes/{client_id}")
    expect(page.get_by_role("button", name="Guardar", exact=True)).to_have_count(1 if role in MAY_WRITE else 0)
    expect(page.get_by_role("button", name="Subir")).to_have_count(1 if role in MAY_CERTIFY else 0)
    if role not in MAY_WRITE:
        assert refused(demo, role, f"/clientes/{client_id}") == 403
        assert page.goto("/clientes/nuevo").status == 403
    if role not in MAY_CERTIFY:
        assert refused(demo, role, f"/clientes/{client_id}/certificados") == 403


@pytest.mark.parametrize("role", ROLES)
def test_the_way_to_the_inbox_is_called_by_what_one_may_do_there(visits, demo, role):
    item = demo.person(role).get("/api/notifications", kind="edict").body["items"][0]
    page = visits.page_of(role)
    said, other = ("Tramitar", "Ver en la bandeja") if role in MAY_WRITE else ("Ver en la bandeja", "Tramitar")
    for path in ("/edictos?tray=pending", f"/clientes/{item['client_id']}/notificaciones/{item['id']}"):
        page.goto(path)
        expect(page.get_by_role("link", name=said).first).to_be_visible()
        expect(page.get_by_role("link", name=other)).to_have_count(0)
    expect(page.locator("#pane").get_by_role("link", name=said)).to_have_attribute("href", f"/notificaciones/{item['id']}")


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_work_on_a_notification_reads_it_without_a_form(visits, demo, role):
    item = demo.person(role).get("/api/notifications", tray="pending").body["items"][0]
    page = visits.page_of(role)
    page.goto(f"/notificaciones/{item['id']}")
    expect(page.get_by_role("heading", name="Plazos", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Empezar a tramitar")).to_have_count(1 if role in MAY_WRITE else 0)
    if role not in MAY_WRITE:
        assert refused(demo, role, f"/notificaciones/{item['id']}") == 403


def test_a_mailbox_of_a_body_without_a_grant_has_no_button_and_says_so(visits, demo, party):
    group = demo.person("manager").post("/api/groups", {"name": f"Sin permisos {party.tax_id}", "description": "", "grants": []})
    email = f"{party.tax_id.lower()}@demo.example"
    made = demo.person("administrator").post(
        "/api/users", {"email": email, "name": "Sin permisos", "role": "operator", "group_ids": [group.body["id"]]}
    )
    newcomer = demo.newcomer(made.body["invitation"], email)
    client_id = register(demo.person("manager"), party, [group.body["id"]])
    added = demo.person("manager").post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": "firm_certificate"})
    page = visits.page_for(newcomer)
    page.goto(f"/clientes/{client_id}/buzones")
    expect(page.get_by_text("No tiene permiso para consultar buzones de DEHú.")).to_be_visible()
    expect(page.get_by_role("button", name="Consultar DEHú")).to_have_count(0)
    assert newcomer.post(f"/api/mailboxes/{added.body['id']}/sync").status == 403
