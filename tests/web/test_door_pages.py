"""The doors: signing in, the language before it, what is offered there."""

from __future__ import annotations

from tests.web.pages import opened


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
