"""Pages opened as somebody, and whatever a page must never do while it is open.

A fault is: an error in the console (a breach of the content security policy is one), an error that no code of the page caught, a request to
anybody but the product, and a part of a page that was refused. That a whole page is refused is an answer, which the test reads; a part that
a test expects to be refused it foretells (`foretell`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from gateway.session import COOKIE
from tests.browser.demo import Demo
from tests.visitors import Person

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
OWN_SCHEMES = ("data", "blob")
NETWORK = "Failed to load resource"


@dataclass
class Visits:
    """All pages of one test."""

    browser: Browser
    demo: Demo
    faults: list[str] = field(default_factory=list)
    foretold: set[int] = field(default_factory=set)
    contexts: list[Any] = field(default_factory=list)

    def page_of(self, role: str, **options: Any) -> Page:
        """An empty page of somebody of the demo who is signed in; `options` are the browser's: viewport, color_scheme, locale …"""
        return self.page_for(self.demo.person(role), **options)

    def page_for(self, person: Person | None, **options: Any) -> Page:
        """The same for anybody; None is a stranger."""
        context = self.browser.new_context(**{"base_url": self.demo.url, "locale": "es-ES", "viewport": WIDE} | options)
        self.contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if person:
            context.add_cookies([{"name": COOKIE, "value": person.http.cookies[COOKIE], "url": self.demo.url}])
        context.on("console", self.heard)
        context.on("weberror", lambda error: self.faults.append(f"uncaught: {error.error}"))
        context.on("request", self.asked)
        context.on("response", self.answered)
        return context.new_page()

    def foretell(self, *statuses: int) -> None:
        """Parts of pages may be answered with these."""
        self.foretold.update(statuses)

    def heard(self, message: ConsoleMessage) -> None:
        # What the network refused is judged by `answered`, which knows whether it was a whole page.
        if message.type == "error" and not message.text.startswith(NETWORK):
            self.faults.append(f"console: {message.text}")

    def asked(self, request: Request) -> None:
        to = urlsplit(request.url)
        if to.scheme not in OWN_SCHEMES and f"{to.scheme}://{to.netloc}" != self.demo.url:
            self.faults.append(f"asked another host: {request.url}")

    def answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.foretold and not response.request.is_navigation_request():
            self.faults.append(f"{response.status}: {response.request.method} {response.url}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.faults, "\n".join(self.faults)
