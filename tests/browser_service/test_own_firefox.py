"""The person's own Firefox on a single machine: it identifies itself as the client without a question, and leaves nothing."""

from __future__ import annotations

import itertools
import os
import signal
from pathlib import Path

import pytest

from services.browser import folders, own_firefox
from services.chassis.settings import Settings
from tests.browser_service.offices import HOST
from tests.browser_service.own import desktop, identity, portal, started
from tests.worlds import until

NAME, TAX_ID = "GARCIA PEREZ ANA", "00000000T"
KNOWN_AS = f"{NAME} - {TAX_ID}"
BUTTON, BUTTON_AT = (6, 111, 209), (957, 237)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    with desktop(tmp_path_factory.mktemp("desktop")) as one:
        yield one


@pytest.fixture
def opened(tmp_path, here, bodies):
    """`opened(office, kind)` is a running one whose list has that office."""
    running = []

    def start(office, kind: str = "shared"):
        own = started(tmp_path, here, bodies.ca_file, identity(bodies, TAX_ID, NAME, kind), [portal(office.url)])
        running.append(own)
        own.until_said("ready")
        return own

    yield start
    for own in running:
        own.process.kill()
        own.process.wait()
        own.line.close()


def visit(here, office) -> set[str]:
    """Whose certificates the office saw once somebody clicked on *Acceder al portal*, the one button of the list.

    A click that comes while the window is still being put together is lost on it; so a person who sees nothing happen clicks again.
    """
    before, screen, looks = len(office.seen()), here.screen(), itertools.count()

    def seen() -> set[str]:
        if screen.share_of(*BUTTON) > 0.001 and next(looks) % 20 == 0:
            screen.click(*BUTTON_AT)
        return {name for _, name in office.seen()[before:]} - {"", "-"}

    return until(seen, "the office saw a certificate")


@pytest.mark.parametrize("kind", ["rsa2048", *(pytest.param(kind, marks=pytest.mark.full) for kind in ("rsa4096", "ec"))])
def test_an_office_that_requires_a_certificate_is_shown_the_clients_without_a_question(here, sedes, opened, kind):
    opened(sedes.tls13, kind)
    assert visit(here, sedes.tls13) == {KNOWN_AS}


def test_an_office_that_renegotiates_is_shown_the_clients_without_a_question(here, sedes, opened):
    opened(sedes.renegotiating)
    assert visit(here, sedes.renegotiating) == {KNOWN_AS}


def test_the_hosts_that_were_reached_are_told(here, sedes, opened):
    own = opened(sedes.tls13)
    visit(here, sedes.tls13)
    while HOST not in own.hosts():
        assert own.hear() is not None
    own.line.sendall(b"closed")


def test_nothing_is_left_when_the_service_closes_it(opened, sedes):
    own = opened(sedes.tls13)
    assert own.processes()
    own.line.sendall(b"permission_lost")
    assert own.until_said("ended") == {"what": "ended", "because": "permission_lost", "fault": ""}
    own.process.wait()
    assert not own.folder.exists()
    until(lambda: not own.processes(), "no process of it is left")


def test_nothing_is_left_when_the_person_closes_firefox(opened, sedes):
    own = opened(sedes.tls13)
    (browser,) = [int(path.name) for path in children(own.process.pid)]
    until(lambda: (own.folder / "profile" / "places.sqlite").exists(), "Firefox is up")
    signal_of(browser, signal.SIGTERM)
    assert own.until_said("ended")["because"] == "browser_closed"
    own.process.wait()
    assert not own.folder.exists()


def test_nothing_is_left_when_the_service_is_gone(opened, sedes):
    own = opened(sedes.tls13)
    own.line.close()
    own.process.wait()
    assert not own.folder.exists()
    until(lambda: not own.processes(), "no process of it is left")


def test_firefox_ends_with_a_process_that_is_killed_and_the_folder_is_swept(opened, sedes):
    own = opened(sedes.tls13)
    own.process.kill()
    own.process.wait()
    until(lambda: not own.processes(), "Firefox has ended too")
    assert own.folder.exists() and folders.sweep(own.folder.parent) == 1
    assert not own.folder.exists()


def test_its_folder_is_for_its_owner_alone(opened, sedes):
    own = opened(sedes.tls13)
    assert own.folder.stat().st_mode & 0o777 == 0o700


def test_a_key_that_is_none_is_a_fault_and_leaves_nothing(tmp_path, here, sedes, bodies):
    _, chain_pem = identity(bodies, TAX_ID, NAME, "shared")
    own = started(tmp_path, here, bodies.ca_file, (b"no es una clave", chain_pem), [portal(sedes.tls13.url)])
    ended = own.until_said("ended")
    assert (ended["because"], bool(ended["fault"])) == ("could_not_start", True)
    own.process.wait()
    assert not own.folder.exists()


@pytest.mark.parametrize(
    ("changes", "is_here"),
    [
        ({}, True),
        ({"public_url": "http://localhost:8080"}, True),
        ({"public_url": "https://casillero.despacho.example"}, False),
        ({"broker_url": "amqp://broker.example/"}, False),
    ],
)
def test_it_is_only_for_who_sits_at_the_machine(changes, is_here):
    assert own_firefox.is_where_the_person_sits(Settings(**changes)) is is_here


def test_a_machine_without_a_screen_says_so(monkeypatch):
    for name in own_firefox.SCREENS:
        monkeypatch.delenv(name, raising=False)
    assert [one.what for one in own_firefox.missing()] == ["no hay pantalla"]


def test_the_firefox_of_a_snap_is_none(tmp_path):
    script = tmp_path / "firefox"
    script.write_text('#!/bin/sh\nexec /snap/bin/firefox "$@"\n')
    assert own_firefox.is_of_snap(script)


def children(pid: int) -> list[Path]:
    return [Path("/proc") / child for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def signal_of(pid: int, which: signal.Signals) -> None:
    os.kill(pid, which)
