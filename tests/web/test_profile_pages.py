"""Perfil, by forms alone: name, language, look, password, second factor, passkeys, sessions and tokens."""

from __future__ import annotations

import pyotp
import pytest

from tests.authenticator import Authenticator
from tests.visitors import Person
from tests.web.pages import browser_of, opened

NEW = "otra frase bastante larga"


@pytest.fixture
def person(site):
    return site.firm().user("operator")


@pytest.fixture
def browser(person):
    return browser_of(person)


def test_name_and_language_are_chosen_and_the_next_page_is_in_it(person, browser):
    page = opened(browser, "/perfil").form("/perfil").send(name="Ana Ruiz", language="gl")
    assert person.get("/api/me").body["name"] == "Ana Ruiz"
    assert page.document.get("lang") == "gl"
    assert browser.http.cookies["casillero_language"] == "gl"


def test_an_empty_name_is_said_beside_it(browser):
    page = opened(browser, "/perfil").form("/perfil").send(name="")
    assert (page.status, bool(page.fault_of("name"))) == (422, True)


@pytest.mark.parametrize("back", ["//example.com", "https://example.com", "/\\example.com", "/a\nb", ""])
def test_a_look_is_kept_and_never_leads_to_another_host(browser, back):
    token = opened(browser, "/perfil").form("/perfil").values["csrf_token"]
    answer = browser.call("POST", "/perfil/tema", data={"csrf_token": token, "theme": "dark", "back": back})
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert opened(browser, "/perfil").document.get("data-bs-theme") == "dark"


def test_a_look_leads_back_to_where_one_was_and_to_the_systems(browser):
    page = opened(browser, "/grupos?q=a").form("/perfil/tema").send("theme", "dark")
    assert (page.path, page.document.get("data-bs-theme")) == ("/grupos?q=a", "dark")
    assert page.form("/perfil/tema").send("theme", "").document.get("data-bs-theme") is None


def test_a_form_without_the_sessions_token_changes_nothing(browser):
    assert browser.call("POST", "/perfil/tema", data={"theme": "dark", "back": "/"}).status == 403
    assert browser.call("POST", "/perfil", data={"name": "x", "version": 1}).status == 403


def test_a_password_is_changed_and_the_other_sessions_end(person, browser, site):
    form = opened(browser, "/perfil/acceso").form("/perfil/acceso/contrasena")
    wrong = form.send(current=person.password, password=NEW, again="no es la misma")
    assert (wrong.status, "No coincide" in wrong.fault_of("again")) == (422, True)
    assert form.send(current="no es la mía", password=NEW, again=NEW).fault_of("current")
    page = form.send(current=person.password, password=NEW, again=NEW)
    assert "Contraseña cambiada" in page.text()
    assert person.get("/api/me").status == 401
    assert site.visitor().sign_in(person.email, NEW).status == 200


def test_an_open_session_is_ended(person, browser, site):
    other = site.visitor()
    other.sign_in(person.email, person.password)
    page = opened(browser, "/perfil/acceso")
    (action,) = [action for action in page.forms() if action.endswith("/terminar")]
    page.form(action).send()
    assert other.get("/api/me").status == 401
    assert browser.get("/perfil").status == 200


def test_a_second_factor_is_set_up_its_codes_renewed_and_taken_away(person, browser):
    page = opened(browser, "/segundo-factor").form("/segundo-factor").send()
    secret = page.document.xpath("string(//main//code)")
    page = page.form("/segundo-factor/confirmar").send(otp=pyotp.TOTP(secret).now())
    codes = page.document.xpath("//li/code/text()")
    page = opened(browser, "/segundo-factor").form("/segundo-factor/codigos").send(password="no", otp=codes[0])
    assert (page.status, bool(page.fault_of("password"))) == (422, True)
    page = page.form("/segundo-factor/codigos").send(password=person.password, otp=codes[0])
    renewed = page.document.xpath("//li/code/text()")
    form = opened(browser, "/segundo-factor").form("/segundo-factor/codigos")
    form.action = "/segundo-factor/quitar"
    assert "Segundo factor quitado" in form.send(password=person.password, otp=renewed[0]).text()


def test_a_passkey_is_renamed_and_removed(person, site):
    at_home = Person(site.url.replace("127.0.0.1", "localhost"))
    at_home.sign_in(person.email, person.password)
    credential = Authenticator(at_home.url).create(at_home.post("/api/me/passkeys/options").body)
    passkey = at_home.post("/api/me/passkeys", {"name": "Portátil", "credential": credential}).body["id"]
    browser = browser_of(at_home)
    form = opened(browser, "/perfil/acceso").form(f"/perfil/acceso/llaves/{passkey}")
    assert form.values["passkey_name"] == ["Portátil"]
    page = form.send(passkey_name="Sobremesa")
    assert page.form(form.action).values["passkey_name"] == ["Sobremesa"]
    form.action += "/quitar"
    assert "Llave de acceso quitada" in form.send().text()
    assert at_home.get("/api/me/passkeys").body["items"] == []


def test_a_token_is_shown_once_can_what_was_ticked_and_is_revoked(person, browser, site):
    page = opened(browser, "/perfil/tokens")
    assert "settings.manage" not in page.document.xpath("//input[@name='capabilities']/@value")
    page = page.form("/perfil/tokens").send(name="Contabilidad", scope="some", capabilities=["clients.write"], expires_on="2099-12-31")
    program = site.visitor()
    program.http.headers["Authorization"] = f"Bearer {page.document.xpath('string(//main//code)')}"
    assert program.get("/api/me").body["capabilities"] == ["clients.write"]
    (token,) = person.get("/api/tokens").body["items"]
    assert token["expires_at"].startswith("2099-12-31T23:00")
    page = opened(browser, "/perfil/tokens")
    assert page.document.xpath("//main//code") == []
    page.form(f"/perfil/tokens/{token['id']}/revocar").send()
    assert program.get("/api/me").status == 401


def test_a_token_of_a_day_that_is_over_or_none_is_refused_and_what_was_ticked_stays(browser):
    form = opened(browser, "/perfil/tokens").form("/perfil/tokens")
    assert form.send(name="x", scope="all", expires_on="2001-01-01").status == 422
    page = form.send(name="Contabilidad", scope="some", capabilities=["clients.write"], expires_on="mañana")
    assert (page.status, bool(page.fault_of("expires_on"))) == (422, True)
    again = page.form("/perfil/tokens").values
    assert (again["name"], again["capabilities"]) == (["Contabilidad"], ["clients.write"])
