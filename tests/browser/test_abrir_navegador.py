"""*Abrir navegador* by a person's hands: from the client's window to a sede that greets the client by name."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from deploy.sandbox.sede import HOST
from tests.journeys.portfolio import PASSWORD, register
from tests.visitors import wait_for

BUTTON, GREETED = (6, 111, 209), (230, 244, 234)
COUNT = """([red, green, blue]) => {
  const canvas = document.querySelector("#viewer-screen canvas");
  if (!canvas || !canvas.width) return {share: 0};
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = [];
  for (let at = 0; at < data.length; at += 4)
    if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) found.push(at / 4);
  if (!found.length) return {share: 0};
  const lowest = Math.floor(found.at(-1) / canvas.width), box = canvas.getBoundingClientRect();
  const row = found.filter((at) => Math.floor(at / canvas.width) > lowest - 8).map((at) => at % canvas.width);
  const scale = box.width / canvas.width;
  const middle = (Math.min(...row) + Math.max(...row)) / 2;
  return {share: found.length / (data.length / 4), x: box.x + middle * scale, y: box.y + (lowest - 4) * scale};
}"""


@pytest.fixture
def client_id(demo, party):
    """A client with a certificate."""
    manager = demo.person("manager")
    made = register(manager, party, [demo.group("Sociedades")])
    file = demo.sandbox.certificate(party.tax_id, party.name, PASSWORD, key="shared")
    assert manager.upload(f"/api/clients/{made}/certificates", file, PASSWORD).status == 201
    return made


def shown(screen: Page, colour: tuple[int, int, int], share: float) -> dict:
    """Where the lowest patch of the colour is, once there is so much of it on the remote screen."""
    screen.wait_for_function(f"colour => ({COUNT})(colour).share > {share}", arg=list(colour))
    return screen.evaluate(COUNT, list(colour))


def test_from_the_clients_window_to_a_sede_that_greets_the_client(visits, demo, client_id):
    page = visits.page_of("operator")
    page.goto(f"/clientes/{client_id}")
    page.get_by_role("link", name="Abrir navegador").click()
    page.get_by_role("textbox", name="Motivo").fill("Presentar el modelo 303")
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Abrir navegador").click()
    screen = popup.value
    expect(screen.get_by_role("status")).to_have_text("Conectado")
    shown(screen, BUTTON, 0.001)
    screen.locator("#viewer-screen canvas").click(position={"x": 20, "y": 300})
    screen.keyboard.press("End")
    screen.wait_for_timeout(500)
    button = shown(screen, BUTTON, 0.001)
    screen.mouse.click(button["x"], button["y"])
    shown(screen, GREETED, 0.3)
    session = re.search(r"/navegador/([^/?#]+)", screen.url)[1]
    wait_for(demo.person("operator"), f"/api/browser-sessions/{session}", lambda body: HOST in body["hosts"])
    screen.get_by_role("button", name="Cerrar navegador").click()
    expect(screen.get_by_role("status")).to_have_text("La sesión ha terminado.")
    page.reload()
    expect(page.get_by_role("row", name=re.compile("Presentar el modelo 303"))).to_contain_text(HOST)
