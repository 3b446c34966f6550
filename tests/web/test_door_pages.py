"""The doors: signing in, the language before it, what is offered there."""

from __future__ import annotations

import pytest

from tests.journeys.portfolio import a_company, register
from tests.web.pages import Page, browser_of, opened


def signed_in_at(page, person):
    return page.form("/entrar", "email").send(email=person.email, password=person.password)


def test_the_door_speaks_the_language_that_is_chosen_there(site):
    browser = site.visitor()
    page = opened(browser, "/entrar").form("/idioma", "back").send("language", "ca")
    assert (page.path, page.document.get("lang")) == ("/entrar", "ca")
    assert page.document.xpath("//button[@aria-current]/@value") == ["ca"]


def test_a_language_that_is_none_of_ours_or_a_way_to_another_host_is_left_out(site):
    browser = site.visitor()
    answer = browser.call("POST", "/idioma", data={"language": "xx", "back": "//example.com"})
    assert (answer.status, answer.headers["Location"], "Set-Cookie" in answer.headers) == (303, "/", False)


def test_who_signs_in_finds_their_own_language_at_the_door_afterwards(site):
    firm = site.firm()
    person = firm.user("reader")
    person.patch("/api/me", {"version": 1, "language": "gl"})
    browser = site.visitor()
    opened(browser, "/entrar").form("/entrar", "email").send(email=person.email, password=person.password)
    page = opened(browser, "/perfil").form("/salir").send()
    assert (page.path, page.document.get("lang")) == ("/entrar", "gl")


def test_a_wrong_password_is_said_and_the_email_stays(site):
    page = opened(site.visitor(), "/entrar").form("/entrar", "email").send(email="nadie@uno.example", password="no es")
    assert (page.status, page.form("/entrar", "email").values["email"]) == (401, ["nadie@uno.example"])
    assert page.form("/entrar", "email").values["password"] == [""]


def test_passkeys_are_hidden_where_nothing_runs_them(site):
    page = opened(site.visitor(), "/entrar")
    assert page.document.xpath("//form[@data-passkey='show'][@hidden]")
    assert page.document.xpath("//script[contains(@src, 'passkeys.js')]")


# ── where one was ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_asks_for_a_page_gets_there_by_way_of_the_door(firm, site):
    browser = site.visitor()
    asked = browser.get("/clientes?q=a&sort=-name")
    door = opened(browser, asked.headers["Location"])
    refused = door.form("/entrar", "email").send(email=firm.admin.email, password="no es")
    assert signed_in_at(refused, firm.admin).path == "/clientes?q=a&sort=-name"


@pytest.mark.parametrize("back", ["//otra.example", "https://otra.example/", "/\\otra.example", "otra", "/a b"])
def test_no_way_back_leads_to_another_host(firm, site, back):
    sent = {"email": firm.admin.email, "password": firm.admin.password, "volver": back}
    answer = site.visitor().call("POST", "/entrar", data=sent)
    assert (answer.status, answer.headers["Location"]) == (302, "/")


@pytest.fixture
def late(firm):
    """What a form of a client's record was answered whose sender's session had ended: typed was another city."""
    manager = firm.user("manager")
    client_id = register(manager, a_company())
    browser = browser_of(manager)
    form = opened(browser, f"/clientes/{client_id}").form(f"/clientes/{client_id}")
    browser.http.cookies.clear()
    browser.http.headers["Referer"] = f"{browser.url}/clientes/{client_id}"
    page = form.send(postal_address__city="Lugo", notes="Una línea\notra")
    return manager, client_id, page


def kept(manager, client_id):
    client = manager.get(f"/api/clients/{client_id}").body
    return client["postal_address"]["city"], client["notes"].split()


def test_what_was_typed_when_the_session_had_ended_is_saved_once_its_sender_is_in_again_and_says_so(late):
    manager, client_id, door = late
    assert (door.status, "Su sesión había terminado" in door.text()) == (401, True)
    refused = door.form("/entrar", "email").send(email=manager.email, password="no es")
    again = signed_in_at(refused, manager)
    assert kept(manager, client_id) == ("", [])
    page = again.form(f"/clientes/{client_id}").send()
    assert "Guardado." in page.text()
    assert kept(manager, client_id) == ("Lugo", ["Una", "línea", "otra"])


def test_what_was_typed_can_be_left_and_leads_back_to_its_page(late):
    manager, client_id, door = late
    again = signed_in_at(door, manager)
    assert again.document.xpath("//a/@href") == [f"/clientes/{client_id}"]


@pytest.mark.parametrize(
    ("path", "typed", "headers"),
    [
        ("/segundo-factor/codigos", {"password": "secreta", "otp": "123456"}, {}),
        ("/clientes/nuevo", {"name": "Otra"}, {"Sec-Fetch-Site": "cross-site"}),
        ("/clientes/nuevo", {"name": "Otra"}, {"Origin": "https://otra.example"}),
    ],
    ids=["a password", "another site", "another origin"],
)
def test_a_form_with_a_password_or_of_another_site_is_not_carried_through_the_door(site, path, typed, headers):
    answer = site.visitor().call("POST", path, data=typed, headers=headers)
    assert (answer.status, answer.headers["Location"]) == (302, "/entrar")


def test_nothing_that_an_address_says_was_typed_is_carried_through_the_door(site):
    typed = '{"to": "/clientes/nuevo", "page": "/", "fields": [["name", "x"]]}'
    page = Page(browser := site.visitor(), "/entrar", browser.get("/entrar", typed_before=typed, volver="/clientes"))
    values = page.form("/entrar", "email").values
    assert (values["volver"], "typed_before" in values) == (["/clientes"], False)


def test_a_way_out_of_a_form_that_is_not_ours_is_not_offered(firm, site):
    carried = '{"to": "https://otra.example/", "page": "//otra.example", "fields": [["name", "x"]]}'
    sent = {"email": firm.admin.email, "password": firm.admin.password, "typed_before": carried}
    browser = site.visitor()
    page = Page(browser, "/entrar", browser.call("POST", "/entrar", data=sent))
    assert (page.forms(), page.document.xpath("//a/@href")) == ({"/"}, ["/"])


def test_a_part_of_a_page_that_is_asked_for_too_late_sends_the_whole_page_to_the_door(site):
    browser = site.visitor()
    headers = {"HX-Request": "true", "HX-Current-URL": f"{browser.url}/clientes?q=a"}
    answer = browser.call("GET", "/clientes?q=ab", headers=headers)
    assert (answer.status, answer.headers["HX-Redirect"]) == (401, "/entrar?volver=%2Fclientes%3Fq%3Da")
