"""Signing in without a password, over HTTP: with a passkey, and at the firm's own provider."""

from __future__ import annotations

import html
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.authenticator import Authenticator
from tests.identity_provider import started_house
from tests.visitors import Person

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def house(site):
    with started_house(Path(site.sandbox.ca_file).parent) as started:
        yield started


class Desk:
    """A person of a firm at a browser that knows the house as localhost, with an authenticator."""

    def __init__(self, firm):
        self.firm, self.url = firm, firm.site.url.replace("127.0.0.1", "localhost")
        person = firm.user("operator")
        self.email, self.password = person.email, person.password
        self.device = Authenticator(self.url)

    def browser(self):
        return Person(self.url)

    def signed_in(self):
        browser = self.browser()
        assert browser.sign_in(self.email, self.password).status == 200
        return browser

    def enrol(self, browser):
        options = browser.post("/api/me/passkeys/options")
        assert options.status == 200, options
        return browser.post("/api/me/passkeys", {"name": "Mi portátil", "credential": self.device.create(options.body)})


def test_a_person_enrols_a_passkey_and_from_then_on_signs_in_with_it(site):
    desk = Desk(site.firm())
    made = desk.enrol(desk.signed_in())
    assert made.status == 201, made
    browser = desk.browser()
    options = browser.post("/api/session/passkey/options").body
    entered = browser.post("/api/session/passkey", {"credential": desk.device.get(options)})
    assert (entered.status, entered.body["user"]["email"]) == (200, desk.email)
    assert "HttpOnly" in entered.headers["Set-Cookie"] and "SameSite=Lax" in entered.headers["Set-Cookie"]
    browser.http.headers["X-CSRF-Token"] = entered.body["csrf_token"]
    assert [each["name"] for each in browser.get("/api/me/passkeys").body["items"]] == ["Mi portátil"]
    assert browser.patch(f"/api/me/passkeys/{made.body['id']}", {"name": "Otra"}).body["name"] == "Otra"
    assert browser.delete(f"/api/me/passkeys/{made.body['id']}").status == 204
    assert desk.browser().post("/api/session/passkey", {"credential": desk.device.get(options)}).status == 401


def test_a_passkey_is_refused_in_words_at_a_numeric_address_and_for_a_program(site):
    firm = site.firm()
    refused = firm.admin.post("/api/me/passkeys/options")
    assert refused.status == 409 and "http://localhost:" in refused.body["message"]
    token = firm.admin.post("/api/tokens", {"name": "ERP"}).body["token"]
    program = site.visitor()
    program.http.headers["Authorization"] = f"Bearer {token}"
    assert program.post("/api/me/passkeys/options").status == 403


@pytest.fixture
def firm_at_provider(site, house):
    """(firm, its provider)"""
    firm, provider = site.firm(), house.provider()
    chosen = firm.admin.put("/api/settings/oidc", provider.settings())
    assert chosen.status == 200, chosen
    assert urlsplit(chosen.body["start_url"]).query.startswith("tenant=")
    return firm, provider


def at_the_provider(address, email, ca_file):
    """Where the provider sends the browser back to, as path and query."""
    answer = requests.get(address, headers={"X-Person": email}, verify=ca_file, allow_redirects=False, timeout=30)
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


def test_a_person_goes_to_the_firms_provider_by_its_link_and_comes_back_signed_in(site, firm_at_provider):
    firm, _ = firm_at_provider
    operator = firm.user("operator")
    tenant_id = operator.get("/api/me").body["tenant"]["id"]
    browser = site.visitor()
    start = browser.get("/api/session/oidc/start", tenant=tenant_id)
    assert start.status == 302 and "Path=/api/session/oidc" in start.headers["Set-Cookie"] and "HttpOnly" in start.headers["Set-Cookie"]
    back = browser.get(at_the_provider(start.headers["Location"], operator.email, site.sandbox.ca_file))
    assert (back.status, back.headers["Location"]) == (302, "/")
    assert browser.get("/api/me").body["email"] == operator.email


def test_a_person_finds_the_provider_by_their_email_without_any_script(site, firm_at_provider):
    firm, _ = firm_at_provider
    operator, browser = firm.user("operator"), site.visitor()
    assert "/entrar/proveedor" in browser.get("/entrar").body
    page = browser.call("POST", "/entrar/proveedor", data={"email": operator.email})
    address = html.unescape(re.search(r'href="(https://[^"]+)"', page.body)[1])
    back = browser.get(at_the_provider(address, operator.email, site.sandbox.ca_file))
    assert (back.status, back.headers["Location"]) == (302, "/")
    assert browser.get("/").status == 200


def test_a_program_is_told_where_to_go_by_email(site, firm_at_provider):
    firm, provider = firm_at_provider
    told = site.visitor().post("/api/session/oidc/start", {"email": firm.user("operator").email})
    assert told.status == 200 and told.body["redirect"].startswith(provider.issuer)
    assert site.visitor().post("/api/session/oidc/start", {"email": "nadie@ninguna.example"}).status == 422


def test_what_a_provider_does_wrong_is_a_page_in_words_for_a_browser_and_json_for_a_program(site, firm_at_provider):
    firm, _ = firm_at_provider
    tenant_id = firm.admin.get("/api/me").body["tenant"]["id"]
    for headers, kind in ((PAGE, "text/html"), ({"Accept": "*/*"}, "application/json")):
        browser = site.visitor()
        start = browser.get("/api/session/oidc/start", tenant=tenant_id)
        path = at_the_provider(start.headers["Location"], "nadie@ninguna.example", site.sandbox.ca_file)
        back = browser.call("GET", path, headers=headers)
        assert (back.status, back.headers["Content-Type"].partition(";")[0]) == (401, kind)
        assert "ningún usuario con ese correo" in str(back.body)
        assert browser.get("/api/me").status == 401


def test_a_provider_that_is_away_is_a_503_in_words(site, firm_at_provider):
    firm, provider = firm_at_provider
    tenant_id = firm.admin.get("/api/me").body["tenant"]["id"]
    browser = site.visitor()
    start = browser.get("/api/session/oidc/start", tenant=tenant_id)
    path = at_the_provider(start.headers["Location"], firm.admin.email, site.sandbox.ca_file)
    provider.answers["token"] = (502, {}, b"")
    back = browser.call("GET", path, headers=PAGE)
    assert back.status == 503 and back.headers["Retry-After"]
    assert "no responde" in back.body


def test_a_link_of_a_firm_without_a_provider_is_not_found_in_words(site):
    tenant_id = site.firm().admin.get("/api/me").body["tenant"]["id"]
    for wanted in (tenant_id, "nadie"):
        page = site.visitor().call("GET", f"/api/session/oidc/start?tenant={wanted}", headers=PAGE)
        assert page.status == 404 and "contraseña" in page.body


def test_coming_back_without_having_gone_is_refused_in_words(site):
    page = site.visitor().call("GET", "/api/session/oidc/callback?state=x&code=y&session_state=z", headers=PAGE)
    assert page.status == 401 and "Empiece de nuevo" in page.body


def test_only_an_administrator_chooses_the_provider_and_sees_it_without_its_secret(firm_at_provider):
    firm, provider = firm_at_provider
    shown = firm.admin.get("/api/settings/oidc")
    assert shown.body["issuer"] == provider.issuer and provider.client_secret not in str(shown.body)
    assert firm.user("manager").get("/api/settings/oidc").status == 403
    assert firm.admin.delete("/api/settings/oidc").status == 204
    assert firm.admin.get("/api/settings/oidc").status == 404
