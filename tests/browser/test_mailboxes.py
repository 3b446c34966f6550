"""A mailbox is read while somebody looks on: its pages as they are read, and what it brought, without loading the page again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.portfolio import PASSWORD, register
from tests.visitors import wait_for
from tests.worlds import numbers

THREE_PAGES = 101
A_PAGE_S = 2
MARK = "window.isSamePage = true"


@pytest.fixture
def mailbox(demo, party):
    """A client with a certificate and a mailbox that was read once: its id."""
    manager = demo.person("manager")
    client_id = register(manager, party, [demo.group("Sociedades")])
    file = demo.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    manager.upload(f"/api/clients/{client_id}/certificates", file, PASSWORD)
    added = manager.post(f"/api/clients/{client_id}/mailboxes", {"body": "dehu", "via": "own_certificate"})
    wait_for(manager, f"/api/mailboxes/{added.body['id']}", lambda box: box["last_complete_check_at"])
    return client_id


@pytest.fixture
def page(visits, mailbox):
    opened = visits.page_of("operator")
    opened.goto(f"/clientes/{mailbox}/buzones")
    opened.evaluate(MARK)
    return opened


def read_now(page) -> None:
    page.get_by_role("button", name="Consultar DEHú").click()


def test_a_new_notice_appears_without_loading_the_page_again(page, party, demo):
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    subject = f"Requerimiento {next(numbers)}"
    demo.sandbox.notice(party.tax_id, party.name, subject, available_at=an_hour_ago)
    expect(page.get_by_text("Nada todavía.")).to_be_visible()
    read_now(page)
    expect(page.get_by_role("link", name=subject)).to_be_visible()
    expect(page.locator("#client-head").get_by_text("1 pendiente")).to_be_visible()
    assert page.evaluate("window.isSamePage")


def test_pages_are_seen_being_read(page, party, demo):
    demo.sandbox.many([party.tax_id], THREE_PAGES, seed=next(numbers))
    demo.sandbox.fault("slow", holder_tax_id=party.tax_id, operation="Localiza", value=A_PAGE_S)
    read_now(page)
    said = page.locator("[data-progress]")
    expect(said).to_contain_text(re.compile(r"Leyendo\. Páginas leídas: [12] de 3"))
    expect(said).to_contain_text("Consulta completa. Páginas leídas: 3 de 3. Avisos nuevos: 101.")
    expect(page.get_by_role("link", name="Ver las 101 notificaciones")).to_be_visible()
    assert page.evaluate("window.isSamePage")


def test_a_body_that_is_not_well_is_said_in_plain_words_beside_the_mailbox(page, party, demo):
    demo.sandbox.fault("maintenance", holder_tax_id=party.tax_id)
    read_now(page)
    expect(page.locator("#mailboxes .fault").first).to_be_visible()
    expect(page.locator("[data-progress]").get_by_text("No se pudo leer.", exact=True)).to_be_visible()


def test_who_comes_later_sees_the_pages_being_read_and_what_they_brought(page, visits, mailbox, party, demo):
    demo.sandbox.many([party.tax_id], THREE_PAGES, seed=next(numbers))
    demo.sandbox.fault("slow", holder_tax_id=party.tax_id, operation="Localiza", value=A_PAGE_S)
    read_now(page)
    expect(page.locator("[data-progress] p")).to_be_visible()
    other = visits.page_of("manager")
    other.goto(f"/clientes/{mailbox}/buzones")
    other.evaluate(MARK)
    expect(other.locator("[data-progress]")).to_contain_text(re.compile(r"Leyendo\. Páginas leídas: [12] de 3"))
    expect(other.get_by_role("link", name="Ver las 101 notificaciones")).to_be_visible()
    assert other.evaluate("window.isSamePage")


def test_a_mailbox_is_paused_and_goes_on(page):
    page.get_by_role("button", name="Pausar DEHú").click()
    expect(page.get_by_text("Está en pausa: reanúdelo para consultarlo.")).to_be_visible()
    expect(page.get_by_role("button", name="Consultar DEHú")).to_have_count(0)
    page.get_by_role("button", name="Reanudar DEHú").click()
    expect(page.get_by_role("button", name="Consultar DEHú")).to_be_visible()


def test_a_mailbox_is_added_to_a_client_that_has_none_and_its_first_reading_is_awaited(visits, demo, party):
    client_id = register(demo.person("manager"), party)
    file = demo.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    demo.person("manager").upload(f"/api/clients/{client_id}/certificates", file, PASSWORD)
    demo.sandbox.notice(party.tax_id, party.name, "Estaba esperando")
    demo.sandbox.fault("slow", holder_tax_id=party.tax_id, operation="Localiza", value=A_PAGE_S)
    page = visits.page_of("manager")
    page.goto(f"/clientes/{client_id}/buzones")
    page.get_by_label("Organismo y con qué se entra").select_option("dehu/own_certificate")
    page.get_by_role("button", name="Añadir buzón").click()
    expect(page.get_by_role("rowheader", name=re.compile("DEHú"))).to_be_visible()
    expect(page.get_by_text("leyéndose ahora")).to_be_visible()
    expect(page.get_by_role("link", name="Estaba esperando")).to_be_visible()


def test_nothing_is_opened_at_the_body_by_looking(page, party, demo):
    reference = demo.sandbox.notice(party.tax_id, party.name, "Se mira y no se abre")
    read_now(page)
    page.get_by_role("link", name="Se mira y no se abre").click()
    expect(page.get_by_text("Verla aquí no la abre ante el organismo.")).to_be_visible()
    assert demo.sandbox.acts(reference=reference) == []
