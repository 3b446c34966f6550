"""A session in the person's own Firefox, from the service's side. Only in the world of a single machine, with a screen."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict
from tests.browser_service.own import desktop
from tests.browser_service.test_own_firefox import visit
from tests.worlds import until


@pytest.fixture(scope="module")
def screen_here(tmp_path_factory):
    with desktop(tmp_path_factory.mktemp("desktop")) as one:
        yield one


@pytest.fixture
def at_a_desktop(monkeypatch, screen_here):
    """The services run with whoever's screen this is."""
    monkeypatch.setenv("DISPLAY", screen_here.display)
    return screen_here


def test_who_sits_at_a_single_machine_gets_their_own_firefox_and_others_a_sandbox(world, desk, at_a_desktop):
    desk.certified(key="shared")
    session = desk.open()
    assert session["mode"] == {"embedded": "own", "deployed": "hosted"}[world.kind]


def test_the_office_is_shown_the_client_and_the_trail_has_where_and_why(world, desk, at_a_desktop, sedes):
    if world.kind == "deployed":
        return
    desk.certified(key="shared")
    session = desk.open()
    assert session["viewer_url"] == ""
    assert visit(at_a_desktop, sedes.tls13) == {desk.common_name}
    desk.user.browser.close(session["id"])
    assert desk.ended(session)["hosts"] == ["sede.pruebas.example"]
    assert not desk.folder(session).exists()
    entries = until(lambda: desk.firm.admin.audit.entries({"act": "browser.browser_session_ended"})["items"])
    assert entries[0]["detail"]["hosts"] == ["sede.pruebas.example"]


def test_a_person_who_loses_the_right_loses_their_own_firefox_too(world, desk, at_a_desktop):
    desk.certified(key="shared")
    session = desk.open()
    group = desk.firm.admin.access.group(desk.group["id"])
    alone = desk.firm.admin.access.change_group(group["id"], {"version": group["version"], "member_ids": []})
    until(lambda: not desk.folder(session).exists(), "nothing is left")
    desk.firm.admin.access.change_group(group["id"], {"version": alone["version"], "member_ids": [desk.user_id]})
    assert desk.ended(session)["ended_because"] == "permission_lost"


def test_there_is_nothing_to_view_or_to_carry_in_ones_own_firefox(world, desk, at_a_desktop):
    desk.certified(key="shared")
    session = desk.open()
    if session["mode"] == "own":
        for ask in (
            lambda: desk.user.browser.viewer_token(session["id"]),
            lambda: desk.user.browser.upload(session["id"], {"name": "x.txt", "content_base64": "eA=="}),
            lambda: desk.user.browser.download(session["id"], "x.txt"),
        ):
            with pytest.raises(Conflict, match="su equipo"):
                ask()
