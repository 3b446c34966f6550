"""`python -m tests.browser.greeting URL SESSION CLIENT`: how soon a person is before the list of portals, and then greeted, as JSON.

From the click of *Abrir navegador* in the client's window on, several times in one browser, which keeps the viewer's files from the first.
A process of its own, as `painting` is.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import Final

from playwright.sync_api import expect

from gateway.session import COOKIE
from tests.browser.starting import chromium
from tests.browser.viewer import BUTTON, greeted_by_the_first_portal, opened_here, shown

TIMES: Final = 5
OF: Final = {"median": median, "slowest": max}


def main(url: str, session: str, client_id: str) -> None:
    listed, greeted = [], []
    with chromium() as browser:
        context = browser.new_context(base_url=url, locale="es-ES")
        context.add_cookies([{"name": COOKIE, "value": session, "url": url}])
        page = context.new_page()
        for _ in range(TIMES):
            page.goto(f"/clientes/{client_id}")
            began = time.perf_counter()
            screen = opened_here(page)
            shown(screen, BUTTON, 0.001)
            listed.append(time.perf_counter() - began)
            greeted_by_the_first_portal(screen)
            greeted.append(time.perf_counter() - began)
            screen.get_by_role("button", name="Cerrar navegador").click()
            expect(screen.get_by_role("status")).to_contain_text("La sesión ha terminado.")
            screen.close()
    figures = {"the list of portals": listed, "the greeting of a sede": greeted}
    print(json.dumps({f"{what}, {name} s": round(of(times), 2) for what, times in figures.items() for name, of in OF.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
