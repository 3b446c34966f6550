"""`python -m tests.browser.greeting URL SESSION CLIENT`: how soon a person is before the list of portals, and then greeted, as JSON.

A process of its own, as `painting` is.
"""

from __future__ import annotations

import json
import sys
import time
from statistics import median
from typing import Final

from gateway.session import COOKIE
from tests.browser.starting import chromium
from tests.browser.viewer import BUTTON, greeted_by_the_first_portal, opened_from, shown

TIMES: Final = 5
OF: Final = {"median": median, "slowest": max}


def main(url: str, session: str, client_id: str) -> None:
    listed, greeted = [], []
    with chromium() as browser:
        for _ in range(TIMES):
            context = browser.new_context(base_url=url, locale="es-ES")
            context.add_cookies([{"name": COOKIE, "value": session, "url": url}])
            began = time.perf_counter()
            screen = opened_from(context.new_page(), client_id)
            shown(screen, BUTTON, 0.001)
            listed.append(time.perf_counter() - began)
            greeted_by_the_first_portal(screen)
            greeted.append(time.perf_counter() - began)
            screen.get_by_role("button", name="Cerrar navegador").click()
            context.close()
    figures = {"the list of portals": listed, "the greeting of a sede": greeted}
    print(json.dumps({f"{what}, {name} s": round(of(times), 2) for what, times in figures.items() for name, of in OF.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
