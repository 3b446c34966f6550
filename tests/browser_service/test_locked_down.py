"""The lock-down table: what a person at the browser of a session types and presses, and that none of it opens anything.

A window says by its title what is shown: Chromium gives a page that is blocked its address for a title, for Firefox it is a *Página
bloqueada*.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser_service.screen import Screen
from tests.browser_service.test_inside import entering
from tests.worlds import until

pytestmark = [pytest.mark.full, pytest.mark.parametrize("world", ["embedded"], indirect=True)]

AT_SCREEN = {"PATH": "/usr/bin:/bin", "DISPLAY": ":1", "LANG": "C.UTF-8"}
START, LIST = "http://inicio.sesion/", "Lista de servicios accesibles con certificado digital"
BY_TITLE = {"chromium": " - Chromium", "firefox": " — Mozilla Firefox"}
NEW_TAB = {"chromium": "chrome://new-tab-page-third-party/", "firefox": ""}
FILE, SCRIPT = "file:///home/sede/Descargas/abierto.html", "javascript:document.title='abierto'"
BLOCKED = "Página bloqueada"
# Address → title. A page that opened would have one of its own: *Configuración*, *passwd*, *abierto*.
IN_CHROMIUM = {
    **{f"chrome://{name}": f"chrome://{name}/" for name in ("settings", "flags", "version", "policy", "history", "downloads")},
    **{f"chrome://{name}": f"chrome://{name}/" for name in ("inspect", "extensions", "certificate-manager", "print", "bookmarks")},
    "about:settings": "chrome://settings/",
    "chrome-untrusted://terminal/": "chrome-untrusted://terminal/",
    "devtools://devtools/bundled/inspector.html": "devtools://devtools/bundled/inspector.html",
    "file:///": "file:///",
    "file:///etc/passwd": "file:///etc/passwd",
    FILE: FILE,
    "view-source:http://inicio.sesion/": "inicio.sesion",
    "data:text/html,<title>abierto</title>": "data:text/html,<title>abierto</title>",
    "filesystem:http://inicio.sesion/temporary/": "filesystem:http://inicio.sesion/temporary/",
    "https://www.example.com/": "www.example.com",
    "http://127.0.0.1/": "127.0.0.1",
    "http://169.254.169.254/": "169.254.169.254",
}
IN_FIREFOX = (
    *(f"about:{name}" for name in ("preferences", "config", "addons", "support", "profiles", "certificate", "debugging", "processes")),
    *(f"about:{name}" for name in ("logins", "policies", "networking", "memory", "performance", "webrtc", "serviceworkers", "downloads")),
    *("chrome://browser/content/browser.xhtml", "resource://gre/", "file:///", "file:///etc/passwd", FILE),
    *(
        "view-source:http://inicio.sesion/",
        "data:text/html,<title>abierto</title>",
        "https://www.example.com/",
        "http://127.0.0.1/",
        "http://169.254.169.254/",
    ),
)
ADDRESSES = {"chromium": IN_CHROMIUM, "firefox": dict.fromkeys(IN_FIREFOX, BLOCKED)}
DEAD = {
    "chromium": (
        *("f12", "ctrl shift i", "ctrl shift j", "ctrl shift c", "ctrl u", "ctrl p", "ctrl shift n", "ctrl shift b"),
        *("ctrl o", "ctrl shift p", "shift escape", "ctrl alt x"),
    ),
    "firefox": (
        *("f12", "ctrl shift i", "ctrl shift j", "ctrl shift k", "ctrl shift c", "ctrl shift e", "ctrl shift m", "shift f7"),
        *("ctrl o", "ctrl shift o", "ctrl shift h", "ctrl j", "ctrl shift y", "ctrl i", "ctrl shift delete", "ctrl p", "ctrl shift p"),
        *("shift escape", "ctrl alt x"),
    ),
}
LEADING = {
    "chromium": {
        **{"ctrl h": "chrome://history/", "ctrl j": "chrome://downloads/", "ctrl shift o": "chrome://bookmarks/"},
        "ctrl shift delete": "chrome://settings/clearBrowserData",
    },
    "firefox": {"ctrl u": BLOCKED, "ctrl shift a": BLOCKED},
}
# Where each browser lists what it has just downloaded, and where that list covers the page.
DOWNLOADED_AT, COVERED_AT = {"chromium": (973, 110), "firefox": (788, 105)}, (1050, 135)
DARK = 110
BETWEEN_CLICKS_S = 1.0
PASSING = {"sleep", "true", "ps", "xprop"}


@dataclass
class Seat:
    """A person before the browser of an open session. `titles`: every title that its window has had, one a line."""

    browser: str
    screen: Screen
    enter: list[str]
    titles: Path

    def windows(self) -> list[str]:
        """The titles of all that are open."""
        listed = self.ask("xprop -root _NET_CLIENT_LIST").partition("#")[2].replace(",", " ").split()
        return [self.ask(f"xprop -id {window} _NET_WM_NAME").partition('= "')[2].strip().removesuffix('"') for window in listed]

    def ask(self, line: str) -> str:
        return subprocess.run([*self.enter, *line.split()], env=AT_SCREEN, capture_output=True, text=True, timeout=30, check=False).stdout

    def comes_to(self, title: str) -> None:
        wanted = [(title + BY_TITLE[self.browser]).removeprefix(" — ")]  # A page without a title has no dash before the name either.
        until(lambda: self.windows() == wanted, f"the window is {wanted}")

    def go(self, address: str, title: str) -> None:
        self.screen.go_to(address)
        self.comes_to(title)

    def programs(self) -> set[str]:
        """The names of those that run inside."""
        first_words = [line.split()[0].strip("[]") for line in self.ask("ps -eo args=").splitlines()]
        return {Path(word).name for word in first_words} - PASSING

    def below_the_bar(self) -> bytes:
        """A strip of the picture that the list of downloads covers."""
        at = (COVERED_AT[1] * self.screen.width + COVERED_AT[0]) * 4
        return self.screen.look()[at : at + 400]

    def is_offered(self) -> bool:
        """Whether the name of the download is written dark: Firefox writes it grey, and takes no click, for as long as it has just come."""
        (left, top), picture = DOWNLOADED_AT[self.browser], self.screen.look()
        rows = [((top + down) * self.screen.width + left - 28) * 4 for down in range(-8, 5)]
        return any(max(picture[at : at + 3]) < DARK for row in rows for at in range(row, row + 24 * 4, 4))

    def open_download(self, address: str) -> None:
        """Fetch it and click on it in the list, no quicker than a person does, until a click is taken.

        Chromium holds for an accident what comes within half a second of the list's showing or of the click before, and takes none of
        a run of those, however long.
        """
        before, uncovered, tries = self.windows(), self.below_the_bar(), self.tries_to_open()
        clicked_at = 0.0
        self.screen.go_to(address)
        until(lambda: self.below_the_bar() != uncovered, "the download is listed")

        def was_taken() -> bool:
            """A tab is opened, the list goes away, or Chromium writes down that it found no program."""
            nonlocal clicked_at
            if self.below_the_bar() == uncovered or self.windows() != before or self.tries_to_open() > tries:
                return True
            if self.is_offered() and time.monotonic() - clicked_at > BETWEEN_CLICKS_S:
                self.screen.click(*DOWNLOADED_AT[self.browser])
                clicked_at = time.monotonic()
            return False

        until(was_taken, "the click was taken")
        self.screen.press("escape")

    def tries_to_open(self) -> int:
        return (self.titles.parent / "run" / "browser.log").read_text(errors="replace").count("execvp:\nxdg-open")

    def go_and_come(self) -> None:
        """To a new tab and back: whatever was typed or pressed before has had its effect by then."""
        self.screen.press("ctrl", "t")
        self.comes_to(NEW_TAB[self.browser])
        self.screen.press("ctrl", "w")
        self.comes_to(LIST)


@pytest.fixture(params=list(BY_TITLE))
def seat(request, desk):
    desk.certified()
    session = desk.open(browser=request.param)
    folder = desk.folder(session)
    (folder / "downloads" / "abierto.html").write_text("<title>abierto</title>")
    made = Seat(request.param, desk.screen(session), entering(folder), folder / "titles")
    made.comes_to(LIST)
    with every_title(made):
        yield made


@contextlib.contextmanager
def every_title(seat: Seat):
    (window,) = seat.ask("xprop -root _NET_CLIENT_LIST").partition("#")[2].split()
    with seat.titles.open("wb") as file:
        watching = subprocess.Popen([*seat.enter, "xprop", "-spy", "-id", window, "_NET_WM_NAME"], env=AT_SCREEN, stdout=file)
    try:
        yield
    finally:
        watching.kill()
        watching.wait()


def test_no_address_opens_but_those_of_the_list(seat):
    for address, title in ADDRESSES[seat.browser].items():
        seat.go(address, title)
        seat.go(START, LIST)


def test_a_script_in_the_address_bar_does_nothing(seat):
    seat.screen.go_to(SCRIPT)
    seat.go_and_come()
    assert LIST in seat.titles.read_text() and "abierto" not in seat.titles.read_text()


def test_no_key_opens_the_tools_of_a_developer_nor_a_private_window(seat):
    """Chromium says so in a window of its own, which Escape closes."""
    seat.go_and_come()
    until(seat.screen.buttons, "the list is painted")
    page = seat.screen.page()
    for keys in DEAD[seat.browser]:
        seat.screen.press(*keys.split())
        seat.go_and_come()
        until(lambda: seat.screen.press("escape") or seat.screen.page() == page, f"the page as it was before {keys}")


@pytest.mark.parametrize("name", ["sello.png", "aviso.xml", "aviso.html", "aviso.txt"])
def test_a_download_that_is_clicked_opens_no_program_and_no_page(seat, desk, name):
    """By the time that another tab is there, whatever the click did is done; a page that opened would have been the window's title."""
    seat.go_and_come()
    until(seat.screen.buttons, "the list is painted")
    programs = seat.programs()
    seat.open_download(desk.sedes.tls13.url + name)
    seat.screen.press("ctrl", "t")
    seat.comes_to(NEW_TAB[seat.browser])
    assert seat.programs() <= programs
    titles = seat.titles.read_text()
    assert LIST in titles and "abierto" not in titles and f'"{name}' not in titles


def test_the_browser_that_was_not_chosen_cannot_be_started(seat):
    (other,) = {"chromium", "firefox"} - {seat.browser}
    assert subprocess.run([*seat.enter, other, "--version"], env=AT_SCREEN, capture_output=True, check=False).returncode in (126, 127)


def test_keys_that_lead_to_pages_of_the_browser_itself_lead_to_a_blocked_one(seat):
    for keys, title in LEADING[seat.browser].items():
        seat.screen.press(*keys.split())
        seat.comes_to(title)
        seat.go(START, LIST)
