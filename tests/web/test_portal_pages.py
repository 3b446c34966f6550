"""Portales, by forms alone."""

from __future__ import annotations

import pytest

from tests.web.pages import browser_of, opened

ROW = {"kind": ["access", "sign_test"], "url": ["https://sede.vigo.example/", "https://firma.vigo.example/"], "label": ["", "Firma"]}


def portals(firm) -> dict[str, dict]:
    return {portal["name"]: portal for portal in firm.admin.get("/api/portals").body["items"]}


def test_the_list_shows_the_ten_with_what_is_done_at_each(admin):
    page = opened(admin, "/portales")
    assert len(page.document.xpath("//tbody/tr")) == 10
    assert "Acceder al portal (Gipuzkoa)" in page.text() and "Prueba de firma electrónica" in page.text()


def test_a_portal_is_added(firm, admin):
    page = opened(admin, "/portales/nuevo").form("/portales/nuevo").send(name="Vigo", login_hosts="clave.gob.es\nvigo.example", **ROW)
    assert "Portal añadido: Vigo" in page.text()
    made = portals(firm)["Vigo"]
    assert [action["kind"] for action in made["actions"]] == ["access", "sign_test"]
    assert made["hosts"] == ["clave.gob.es", "vigo.example"]


def test_what_is_wrong_is_said_beside_its_row_and_nothing_typed_is_lost(admin):
    typed = ROW | {"url": ["https://sede.vigo.example/", "http://firma.vigo.example/"]}
    page = opened(admin, "/portales/nuevo").form("/portales/nuevo").send(name="Vigo", login_hosts="localhost", **typed)
    assert (page.status, page.fault_of("url-1"), bool(page.fault_of("url-2"))) == (422, "", True)
    assert page.fault_of("login_hosts")
    again = page.form("/portales/nuevo").values
    assert (again["url"][:2], again["label"][:2], again["login_hosts"]) == (typed["url"], ["", "Firma"], ["localhost"])


def test_a_portal_without_an_action_is_refused_in_words(admin):
    page = opened(admin, "/portales/nuevo").form("/portales/nuevo").send(name="Vigo", url=["", ""])
    assert (page.status, "de una a diez acciones" in page.text()) == (422, True)


def test_a_shipped_portal_is_changed_restored_removed_and_recovered(firm, admin):
    opened(admin, "/portales/minetur").form("/portales/minetur").send(name="Industria")
    assert portals(firm)["Industria"]["is_changed"]
    opened(admin, "/portales/minetur").form("/portales/minetur/recuperar").send()
    assert not portals(firm)["MINETUR"]["is_changed"]
    page = opened(admin, "/portales/minetur").form("/portales/minetur/quitar").send()
    assert "MINETUR" not in portals(firm)
    page.form("/portales/minetur/recuperar").send()
    assert "MINETUR" in portals(firm)


def test_the_second_of_two_who_change_a_portal_is_told_what_changed(admin):
    mine, theirs = (opened(admin, "/portales/aeat").form("/portales/aeat") for _ in range(2))
    theirs.send(name="Hacienda")
    page = mine.send(login_hosts="clave.gob.es")
    assert (page.status, "Nombre: Hacienda" in page.text()) == (409, True)
    assert page.form("/portales/aeat").values["login_hosts"] == ["clave.gob.es"]


@pytest.mark.parametrize("role", ["manager", "operator", "reader"])
def test_portals_are_shown_to_who_looks_after_the_settings(firm, role):
    browser = browser_of(firm.user(role))
    assert {opened(browser, path).status for path in ("/portales", "/portales/nuevo", "/portales/aeat")} == {403}
    token = opened(browser, "/perfil").form("/perfil").values["csrf_token"]
    paths = ("/portales/nuevo", "/portales/aeat", "/portales/aeat/quitar", "/portales/aeat/recuperar")
    sent = {"csrf_token": token, "name": "x", "version": "1"}
    assert {browser.call("POST", path, data=sent).status for path in paths} == {403}


def test_the_api_adds_changes_and_removes_portals(firm):
    new = {"name": "Vigo", "actions": [{"kind": "access", "url": "https://sede.vigo.example"}]}
    made = firm.admin.post("/api/portals", new)
    path = f"/api/portals/{made.body['id']}"
    assert (made.status, made.body["actions"][0]["url"]) == (201, "https://sede.vigo.example/")
    assert firm.admin.patch(path, {"version": 1, "name": "Vigo, sede"}).body["version"] == 2
    assert firm.admin.patch(path, {"version": 1, "name": "Vieja"}).status == 409
    assert firm.admin.delete(f"{path}?version=2").status == 204
    assert firm.admin.get("/api/portals/removed").body["items"] == []
