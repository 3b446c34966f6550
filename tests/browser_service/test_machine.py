"""Where a machine cannot keep a browser apart, none is opened, and who operates it is told what is wrong."""

from __future__ import annotations

import os
import subprocess

import pytest

from services.contracts.errors import Conflict
from tests.conftest import own_folder
from tests.sites import CASILLERO, environment_of
from tests.worlds import START_PATIENCE_S

FAILING = "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"


@pytest.fixture
def without_namespaces(monkeypatch):
    """The first bubblewrap that is found may not make namespaces, whoever starts it."""
    with own_folder() as folder:
        (folder / "bwrap").write_text(FAILING)
        (folder / "bwrap").chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        yield


def test_where_bubblewrap_may_not_isolate_no_browser_is_opened(without_namespaces, desk):
    desk.certified()
    with pytest.raises(Conflict, match="no puede aislar un navegador"):
        desk.open(browser="chromium")
    assert desk.user.browser.sessions_of(desk.client_id) == []


def test_the_check_of_a_machine_says_what_is_wrong_and_how_to_put_it_right(without_namespaces, monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    told = subprocess.run(
        [CASILLERO, "browser", "check"], env=environment_of(), capture_output=True, text=True, timeout=START_PATIENCE_S, check=False
    )
    assert told.returncode == 1
    assert "chromium: se rechaza" in told.stdout and "firefox: se rechaza" in told.stdout
    assert "bubblewrap no puede aislar aquí (bwrap: No permissions to create new namespace). Permita espacios de nombres" in told.stdout
