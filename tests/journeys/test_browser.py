"""Abrir navegador over HTTP: from the client to the office that greets it by name, through the viewer of the gateway."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import pytest
from simple_websocket import Client, ConnectionClosed

from tests import people
from tests.browser_service import offices
from tests.browser_service.screen import Screen
from tests.worlds import until

PASSWORD = "una clave larga"
NAME = "GARCIA PEREZ ANA"
POLICY_VIOLATION = 1008


@pytest.fixture(scope="module")
def sedes(site):
    with offices.opened(Path(site.sandbox.ca_file)) as opened:
        yield opened


@pytest.fixture
def visit(site, sedes):
    """An operator who has opened a browser for a client; (the person, the session, the client's tax id)."""
    firm, tax_id = site.firm(), people.tax_id()
    for portal in firm.admin.get("/api/portals").body["items"]:
        firm.admin.call("DELETE", f"/api/portals/{portal['id']}", params={"version": portal["version"]})
    portal = {"name": "Sede", "actions": [{"kind": "access", "url": sedes.tls13.url}]}
    assert firm.admin.post("/api/portals", portal).status == 201
    group = firm.group("Asesores")
    client = firm.admin.post("/api/clients", {"tax_id": tax_id, "name": NAME, "group_ids": [group]}).body
    file = site.sandbox.certificate(tax_id, NAME, PASSWORD)
    assert firm.admin.upload(f"/api/clients/{client['id']}/certificates", file, PASSWORD).status == 201
    person = firm.user("operator", [group])
    opened = person.post(f"/api/clients/{client['id']}/browser", {"reason": "Presentar el modelo 303"})
    assert opened.status == 201, opened
    yield person, opened.body, tax_id
    person.delete(f"/api/browser-sessions/{opened.body['id']}")


def token_of(person: Any, session: dict) -> str:
    page = person.get(session["viewer_url"])
    assert page.status == 200 and "unsafe" not in page.headers["Content-Security-Policy"]
    return re.search(r'data-token="([\w-]+)"', page.body)[1]


def viewer(person: Any, session: dict, token: str, origin: str = "") -> Client:
    """This client names the host without its port, so the origin that goes with it has none either."""
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in person.http.cookies)
    address = person.url.replace("http", "ws", 1) + f"/navegador/{session['id']}/pantalla"
    headers = {"Cookie": cookies, "Origin": origin or person.url.rpartition(":")[0]}
    return Client.connect(address, subprotocols=["binary", f"casillero.{token}"], headers=headers)


def screen_of(wire: Client) -> Screen:
    return Screen(wire.send, lambda: wire.receive())


def test_the_office_greets_the_client_through_the_viewer(visit, sedes, tmp_path):
    person, session, tax_id = visit
    screen = screen_of(viewer(person, session, token_of(person, session)))
    screen.press_button(0)
    until(lambda: ("/", f"{NAME} - {tax_id}") in sedes.tls13.seen(), "the office saw the certificate")
    until(lambda: screen.share_of(*offices.GREEN) > 0.5, "the office greets")
    screen.save(tmp_path / "greeting.png")


def test_a_token_is_redeemed_once(visit):
    person, session, _ = visit
    token = token_of(person, session)
    assert screen_of(viewer(person, session, token)).width > 0
    again = viewer(person, session, token)
    with pytest.raises(ConnectionClosed) as closed:
        again.receive(timeout=10)
    assert closed.value.reason == POLICY_VIOLATION


def test_another_site_and_who_is_not_signed_in_get_no_screen(visit, site):
    person, session, _ = visit
    token = token_of(person, session)
    for who, origin in ((person, "https://otra.example"), (site.visitor(), "")):
        with pytest.raises(Exception, match="Unexpected|4|Connection") as refused, contextlib.closing(viewer(who, session, token, origin)):
            raise AssertionError("a screen was shown")
        assert not isinstance(refused.value, AssertionError)


def test_leaving_casillero_closes_the_viewer(visit):
    person, session, _ = visit
    wire = viewer(person, session, token_of(person, session))
    screen_of(wire)
    person.delete("/api/session")
    with pytest.raises(ConnectionClosed):
        while wire.receive(timeout=15) is not None:
            continue
