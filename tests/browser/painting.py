"""`python -m tests.browser.painting URL SESSION PATH …`: how soon first visits to these pages paint, and what they weigh, as JSON.

A process of its own, since who measures is patched by eventlet (tests/patched.py says why that cannot be).
"""

from __future__ import annotations

import gzip
import json
import sys
from statistics import median
from typing import Final

from playwright.sync_api import Browser

from gateway.session import COOKIE
from tests.browser.starting import chromium

VISITS: Final = 11
PAINTED: Final = """() => new Promise((resolve) => new PerformanceObserver((list, observer) => {
  const painted = list.getEntries().find((entry) => entry.name === "first-contentful-paint");
  if (painted) { observer.disconnect(); resolve(painted.startTime); }
}).observe({ type: "paint", buffered: true }))"""


def first_visit(browser: Browser, url: str, session: str, path: str) -> tuple[float, float]:
    """Milliseconds until something is seen, with nothing kept from before; and kilobytes, everything compressed."""
    context = browser.new_context(base_url=url, locale="es-ES")
    context.add_cookies([{"name": COOKIE, "value": session, "url": url}])
    page, parts = context.new_page(), []
    page.on("response", lambda part: parts.append(part))
    page.goto(path)
    painted = page.evaluate(PAINTED)
    weight = sum(len(gzip.compress(part.body())) for part in parts) / 1000
    context.close()
    return painted, weight


def main(url: str, session: str, *paths: str) -> None:
    measured = {}
    with chromium() as browser:
        for path in paths:
            visits = [first_visit(browser, url, session, path) for _ in range(VISITS)]
            painted = [ms for ms, _ in visits]
            measured[path] = {
                "median ms": round(median(painted)),
                "slowest ms": round(max(painted)),
                "kB": round(max(kb for _, kb in visits), 1),
            }
    print(json.dumps(measured))


if __name__ == "__main__":
    main(*sys.argv[1:])
