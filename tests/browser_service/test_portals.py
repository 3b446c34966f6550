"""The way of a person: a browser opens on the list of portals, and the office greets the client by name, with no question in between."""

from __future__ import annotations

import pytest

from tests.browser_service.offices import GREEN, ORANGE
from tests.worlds import until

# Browser and sandbox are the same in both worlds. In `make test` a journey goes to an office and back.
pytestmark = [pytest.mark.full, pytest.mark.parametrize("world", ["embedded"], indirect=True)]
TLS13, RENEGOTIATING = 0, 1


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_an_office_that_requires_a_certificate_greets_the_client_by_name(desk, browser):
    desk.certified()
    screen = desk.screen(desk.open(browser=browser))
    screen.press_button(TLS13)
    until(lambda: ("/", desk.common_name) in desk.sedes.tls13.seen(), "the office saw the certificate")
    until(lambda: screen.share_of(*GREEN) > 0.5, "the office greets")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_an_office_that_asks_for_it_later_greets_the_client_by_name(desk, browser):
    desk.certified(key="ec")
    screen = desk.screen(desk.open(browser=browser))
    screen.press_button(RENEGOTIATING)
    until(lambda: ("/cert/index.shtml", desk.common_name) in desk.sedes.renegotiating.seen(), "the office saw the certificate")
    until(lambda: screen.share_of(*ORANGE) > 0.5, "the office greets")


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
@pytest.mark.parametrize("key", ["rsa2048", "rsa4096", "ec"])
def test_every_kind_of_key_is_taken_by_both_offices_in_both_browsers(desk, browser, key):
    desk.certified(key=key)
    for button, office in ((TLS13, desk.sedes.tls13), (RENEGOTIATING, desk.sedes.renegotiating)):
        session = desk.open(browser=browser)
        desk.screen(session).press_button(button)
        until(lambda office=office: desk.common_name in [name for _, name in office.seen()], "the office saw the certificate")
        desk.user.browser.close(session["id"])
        desk.ended(session)


def test_four_browsers_are_open_at_once(desk):
    desk.certified()
    opened = [desk.open() for _ in range(4)]
    for screen in [desk.screen(session) for session in opened]:
        screen.press_button(TLS13)
        until(lambda screen=screen: screen.share_of(*GREEN) > 0.5, "the office greets")
    assert {desk.seen(session)["state"] for session in opened} == {"open"}
