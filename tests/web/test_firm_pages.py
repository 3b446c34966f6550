"""Despacho and Certificados, by forms alone."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from tests.identity_provider import started_house
from tests.journeys.portfolio import PASSWORD, a_company, register
from tests.web.pages import browser_of, opened

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"


@pytest.fixture(scope="module")
def house(site):
    with started_house(Path(site.sandbox.ca_file).parent) as started:
        yield started


def test_the_settings_are_changed(firm, admin):
    form = opened(admin, "/despacho").form("/despacho")
    page = form.send(name="Asesoría Sur", certificate_warning_days="30", strict_passwords="1", language="eu", via_dehu="power")
    settings = firm.admin.get("/api/settings").body
    assert page.document.get("lang") == "eu"
    assert (settings["name"], settings["certificate_warning_days"], settings["strict_passwords"]) == ("Asesoría Sur", 30, True)
    assert settings["default_mailboxes"] == [{"body": "dehu", "via": "power"}]


@pytest.mark.parametrize("days", ["", "0", "61", "muchos"])
def test_days_that_are_none_are_said_beside_them_and_nothing_typed_is_lost(firm, admin, days):
    page = opened(admin, "/despacho").form("/despacho").send(name="Otro nombre", certificate_warning_days=days, via_aeat="power")
    assert (page.status, bool(page.fault_of("certificate_warning_days"))) == (422, True)
    again = page.form("/despacho").values
    assert (again["name"], again["certificate_warning_days"], again["via_aeat"]) == (["Otro nombre"], [days], ["power"])


def test_the_second_of_two_who_change_the_settings_is_told_what_changed(admin):
    mine, theirs = (opened(admin, "/despacho").form("/despacho") for _ in range(2))
    theirs.send(requires_second_factor=None, certificate_warning_days="20")
    page = mine.send(name="Mío")
    assert (page.status, "Días de aviso: 20" in page.text()) == (409, True)
    assert page.form("/despacho").values["name"] == ["Mío"]


def test_a_logo_is_put_shown_above_every_page_and_removed(firm, admin):
    page = opened(admin, "/despacho").form("/despacho/logo").send(files={"file": ("logo.png", PNG)})
    (address,) = page.document.xpath("//header//img/@src")
    reader = browser_of(firm.user("reader"))
    assert opened(reader, "/perfil").document.xpath("//header//img/@src") == [address]
    shown = reader.call("GET", address)
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/png")
    assert opened(admin, "/despacho").form("/despacho/logo/quitar").send().document.xpath("//header//img") == []


def test_a_file_that_is_no_picture_is_refused_beside_it(admin):
    page = opened(admin, "/despacho").form("/despacho/logo").send(files={"file": ("logo.svg", b"<svg/>")})
    assert (page.status, "PNG o JPEG" in page.fault_of("file")) == (422, True)


def test_a_provider_is_chosen_its_secret_never_shown_and_done_without(firm, admin, house):
    provider = house.provider()
    form = opened(admin, "/despacho/proveedor").form("/despacho/proveedor")
    page = form.send(**provider.settings(), email_domains="uno.example\ndos.example")
    kept = firm.admin.get("/api/settings/oidc").body
    assert kept["email_domains"] == ["uno.example", "dos.example"]
    assert provider.client_secret not in page.answer.body
    assert kept["redirect_uri"] in page.text() and kept["start_url"] in page.text()
    page = page.form("/despacho/proveedor").send(email_domains="tres.example")
    assert firm.admin.get("/api/settings/oidc").body["email_domains"] == ["tres.example"]
    page.form("/despacho/proveedor/quitar").send()
    assert firm.admin.get("/api/settings/oidc").status == 404


def test_a_provider_that_is_none_is_said_beside_its_address_and_what_was_typed_stays(admin):
    typed = {"issuer": "http://uno.example", "client_id": "casillero", "client_secret": "secreto", "email_domains": "no es\nuno.example"}
    page = opened(admin, "/despacho/proveedor").form("/despacho/proveedor").send(**typed, is_required="1")
    assert page.status == 422
    assert page.fault_of("issuer") and page.fault_of("email_domains")
    again = page.form("/despacho/proveedor").values
    assert (again["client_id"], again["client_secret"], again["is_required"]) == (["casillero"], [""], ["1"])


@pytest.mark.parametrize("role", ["manager", "operator", "reader"])
def test_the_firm_is_for_who_manages_its_settings(firm, role):
    browser = browser_of(firm.user(role))
    assert {opened(browser, path).status for path in ("/despacho", "/despacho/proveedor")} == {403}
    token = opened(browser, "/perfil").form("/perfil").values["csrf_token"]
    sent = {"csrf_token": token, "name": "x", "version": "1"}
    paths = ("/despacho", "/despacho/logo", "/despacho/logo/quitar", "/despacho/proveedor", "/despacho/proveedor/quitar")
    assert {browser.call("POST", path, data=sent).status for path in paths} == {403}


def test_the_firms_certificate_is_uploaded_and_removed_after_its_consequences_were_said(firm, admin, site):
    party = a_company()
    file = site.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    form = opened(admin, "/certificados").form("/certificados")
    wrong = form.send(files={"file": ("firma.p12", file)}, password="no es")
    assert (wrong.status, bool(wrong.fault_of("password"))) == (422, True)
    page = form.send(files={"file": ("firma.p12", file)}, password=PASSWORD)
    assert "Certificado guardado." in page.text() and party.tax_id in page.text()
    (address,) = page.document.xpath("//a[contains(@href, '/quitar')]/@href")
    page = opened(admin, address)
    assert "Su clave se destruye" in page.text()
    assert "Certificado quitado" in page.form(address).send().text()
    assert firm.admin.get("/api/certificates").body["items"] == []


def test_a_zip_of_certificates_leads_to_its_job(firm, admin, site):
    party = a_company()
    register(firm.admin, party)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("uno.p12", site.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared"))
    form = opened(admin, "/certificados").form("/certificados/importar")
    refused = form.send(files={"file": ("todos.zip", b"no zip")}, password=PASSWORD)
    assert (refused.status, "No es un ZIP" in refused.text()) == (422, True)
    page = form.send(files={"file": ("todos.zip", archive.getvalue())}, password=PASSWORD)
    assert (page.status, page.path.startswith("/trabajos/keyring.")) == (200, True)


def test_certificates_are_for_who_manages_them(firm):
    operator = browser_of(firm.user("operator"))
    assert opened(operator, "/certificados").status == 403
    token = opened(operator, "/perfil").form("/perfil").values["csrf_token"]
    for path in ("/certificados", "/certificados/importar", "/certificados/x/quitar"):
        assert operator.call("POST", path, data={"csrf_token": token}, files={"file": ("x.p12", b"x")}).status == 403
