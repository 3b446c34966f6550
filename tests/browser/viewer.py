"""A person before a client's browser: what the viewer shows is a picture, so its buttons and pages are found by their colours."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

BUTTON, GREETED = (6, 111, 209), (230, 244, 234)
LOOK_EVERY_MS = 100  # A look reads a million pixels: at every frame it would take half of the machine from what is looked at.
REASON = "Presentar el modelo 303"
COUNT = """([red, green, blue]) => {
  const canvas = document.querySelector("#viewer-screen canvas");
  if (!canvas || !canvas.width) return {share: 0};
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const found = [];
  for (let at = 0; at < data.length; at += 4)
    if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) found.push(at / 4);
  if (!found.length) return {share: 0};
  const highest = Math.floor(found[0] / canvas.width), box = canvas.getBoundingClientRect();
  const row = found.filter((at) => Math.floor(at / canvas.width) < highest + 8).map((at) => at % canvas.width);
  const scale = box.width / canvas.width;
  const middle = (Math.min(...row) + Math.max(...row)) / 2;
  return {share: found.length / (data.length / 4), x: box.x + middle * scale, y: box.y + (highest + 4) * scale};
}"""


def opened_from(page: Page, client_id: str) -> Page:
    """The viewer, connected, by way of the client's window."""
    page.goto(f"/clientes/{client_id}")
    return opened_here(page)


def opened_here(page: Page) -> Page:
    """The same from the client's window that is shown."""
    page.get_by_role("link", name="Abrir navegador").click()
    page.get_by_role("textbox", name="Motivo").fill(REASON)
    with page.expect_popup() as popup:
        page.get_by_role("button", name="Abrir navegador").click()
    expect(popup.value.get_by_role("status")).to_have_text("Conectado")
    return popup.value


def shown(screen: Page, colour: tuple[int, int, int], share: float) -> dict:
    """Where the highest patch of the colour is, once there is so much of it on the remote screen."""
    screen.wait_for_function(f"colour => ({COUNT})(colour).share > {share}", arg=list(colour), polling=LOOK_EVERY_MS)
    return screen.evaluate(COUNT, list(colour))


def greeted_by_the_first_portal(screen: Page) -> None:
    button = shown(screen, BUTTON, 0.001)
    screen.mouse.click(button["x"], button["y"])
    shown(screen, GREETED, 0.3)


def session_of(screen: Page) -> str:
    return re.search(r"/navegador/([^/?#]+)", screen.url)[1]
