"""What services say is read in the language of who reads it: refusals, the rows of a job, the end of a reading, the count of days."""

from __future__ import annotations

import re

import pytest

from tests.journeys.portfolio import a_company, notified, register, with_mailbox
from tests.visitors import wait_for
from tests.web.pages import browser_of, opened

OVER = ("done", "failed")


def speaks(person, language: str):
    """The person's browser, in which they have chosen this language."""
    browser = browser_of(person)
    assert opened(browser, "/perfil").form("/perfil").send(language=language).document.get("lang") == language
    return browser


@pytest.mark.parametrize(
    ("language", "fault"),
    [
        ("es", "La letra no corresponde al número: revise las cifras y la letra."),
        ("ca", "La lletra no correspon al número: revisi les xifres i la lletra."),
        ("eu", "Letra ez dator bat zenbakiarekin: berrikusi zifrak eta letra."),
        ("gl", "A letra non corresponde ao número: revise as cifras e a letra."),
        ("en", "The letter does not match the number: check the digits and the letter."),
    ],
)
def test_a_fault_beside_its_field_is_in_the_readers_language(firm, language, fault):
    page = opened(speaks(firm.admin, language), "/clientes/nuevo").form("/clientes/nuevo").send(tax_id="12345678A", name="Ana")
    assert (page.status, page.fault_of("tax_id")) == (422, fault)


def test_a_value_within_a_refusal_stays_as_it_is(firm):
    browser = speaks(firm.user("reader"), "en")
    text = opened(browser, "/roles").text("//body")
    assert "Your role does not allow you to do this (“users.manage” is missing)." in text


def test_what_a_reading_ended_with_is_stored_once_and_read_in_every_language(firm):
    client_id = register(firm.admin, a_company())
    admin = firm.admin
    mailbox = admin.post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": "own_certificate"}).body
    failed = wait_for(admin, f"/api/mailboxes/{mailbox['id']}", lambda box: box["error"])
    assert failed["error"]["message"].startswith("El cliente no tiene ningún certificado")
    address = f"/clientes/{client_id}/buzones"
    assert "El client no té cap certificat amb què llegir aquesta bústia." in opened(speaks(admin, "ca"), address).text()
    assert "Bezeroak ez du postontzi hau irakurtzeko ziurtagiririk." in opened(speaks(admin, "eu"), address).text()


def test_what_became_of_each_row_of_a_job_is_in_the_readers_language(firm):
    file = {"file": ("filas.csv", b"tax_id,name\n12345678A,Ana\n")}
    job = firm.admin.call("POST", "/api/clients/import", files=file).body
    wait_for(firm.admin, f"/api/jobs/{job['id']}", lambda one: one["state"] in OVER)
    page = opened(speaks(firm.admin, "gl"), f"/trabajos/{job['id']}")
    assert "A letra non corresponde ao número" in page.text()


@pytest.fixture
def manager(firm):
    return firm.user("manager", [firm.group("Todos")])


@pytest.fixture
def received(site, firm, manager):
    """Where the pages show a notification that waits at the body."""
    client = with_mailbox(firm, manager, party=notified(site, "Requerimiento"))
    (item,) = wait_for(manager, f"/api/clients/{client.id}/notifications", lambda body: body["total"])["items"]
    return f"/notificaciones/{item['id']}"


def test_how_a_deadline_was_counted_and_its_rule_are_in_the_readers_language(manager, received):
    text = opened(speaks(manager, "en"), received).text()
    assert "10 calendar days from the day after: every day counts and the term is not extended." in text
    assert "the electronic notification is deemed rejected ten calendar days after it was made available" in text


def test_a_day_is_written_the_same_above_and_in_how_it_was_counted_in_every_language(manager, received):
    for language in ("es", "ca", "eu", "gl", "en"):
        page = opened(speaks(manager, language), received)
        (day,) = re.findall(r"\b\d{2}/\d{2}/\d{4}\b", page.text("//*[@class='deadline']/h4"))
        assert day in page.text("//*[@class='deadline']/ol"), language


def test_a_program_is_answered_in_spanish_unless_it_names_another_language(firm):
    broken = {"tax_id": "12345678A", "name": "Ana"}
    assert firm.admin.post("/api/clients", broken).body["message"] == "Hay datos que no son válidos."
    english = firm.admin.post("/api/clients", broken, headers={"Accept-Language": "en"}).body
    assert (english["code"], english["message"]) == ("invalid", "Some data are not valid.")
    assert english["errors"]["tax_id"] == ["The letter does not match the number: check the digits and the letter."]
