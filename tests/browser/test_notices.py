"""What was just done is said on the next page, with a button that undoes it for eight seconds."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looks import faults_of
from tests.journeys.portfolio import a_company, register

STAYS_MS, LEAVES_MS = 7_000, 2_000


@pytest.fixture
def archived(visits, demo) -> Page:
    """The window of a client that was just archived, on a page whose time stands still."""
    client_id = register(demo.person("manager"), a_company())
    page = visits.page_of("manager")
    page.clock.install()
    page.goto(f"/clientes/{client_id}")
    page.locator("summary", has_text="Archivar").click()
    page.get_by_role("button", name="Archivar", exact=True).click()
    expect(page.get_by_text("Cliente archivado.")).to_be_visible()
    return page


def undo(page: Page):
    return page.get_by_role("button", name="Deshacer")


def test_the_button_brings_the_client_back(archived):
    undo(archived).click()
    expect(archived.get_by_text("Cliente recuperado.")).to_be_visible()


def test_after_eight_seconds_the_button_is_gone_and_the_sentence_stays(archived):
    archived.clock.run_for(STAYS_MS)
    expect(undo(archived)).to_be_visible()
    archived.clock.run_for(LEAVES_MS)
    expect(undo(archived)).to_have_count(0)
    expect(archived.get_by_text("Cliente archivado.")).to_be_visible()


def test_the_button_stays_for_as_long_as_somebody_is_at_it(archived):
    undo(archived).focus()
    archived.clock.run_for(60_000)
    expect(undo(archived)).to_be_focused()


def test_a_notice_is_without_fault_in_every_look(archived):
    assert faults_of(archived) == []
