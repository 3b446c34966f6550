"""*Abrir navegador* by a person's hands: from the client's window to a sede that greets the client by name."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from deploy.sandbox.sede import HOST
from tests.browser.looks import faults_of
from tests.browser.viewer import REASON, greeted_by_the_first_portal, opened_from, session_of
from tests.journeys.portfolio import PASSWORD, register
from tests.visitors import wait_for


@pytest.fixture
def client_id(demo, party):
    """A client with a certificate."""
    manager = demo.person("manager")
    made = register(manager, party, [demo.group("Sociedades")])
    file = demo.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    assert manager.upload(f"/api/clients/{made}/certificates", file, PASSWORD).status == 201
    return made


def test_from_the_clients_window_to_a_sede_that_greets_the_client(visits, demo, client_id):
    page = visits.page_of("operator")
    screen = opened_from(page, client_id)
    greeted_by_the_first_portal(screen)
    address = f"/api/browser-sessions/{session_of(screen)}"
    wait_for(demo.person("operator"), address, lambda body: HOST in body["hosts"])
    screen.get_by_role("button", name="Cerrar navegador").click()
    expect(screen.get_by_role("status")).to_have_text("La sesión ha terminado. La cerró quien la abrió.")
    page.reload()
    expect(page.get_by_role("row", name=re.compile(REASON))).to_contain_text(HOST)


def test_a_viewer_that_hears_nothing_says_so_and_why_the_session_ended_once_it_does(visits, demo, client_id):
    screen = opened_from(visits.page_of("operator"), client_id)
    address = f"/api/browser-sessions/{session_of(screen)}"
    screen.route(f"**{address}", lambda route: route.abort())
    demo.person("operator").delete(address)
    expect(screen.get_by_role("status")).to_contain_text("Se perdió la conexión.")
    screen.unroute(f"**{address}")
    expect(screen.get_by_role("status")).to_have_text("La sesión ha terminado. La cerró quien la abrió.")


def test_the_viewer_is_without_fault(visits, client_id):
    assert faults_of(opened_from(visits.page_of("operator"), client_id)) == []
