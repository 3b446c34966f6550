"""The process that keeps a session ends it whatever hangs, and takes its word from the service alone."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from services.browser import sessions
from services.browser.models import Session
from services.contracts.errors import Conflict
from tests.browser_service.conftest import keeper_of

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60


def test_a_session_ends_though_its_tunnels_are_stuck_and_a_name_is_being_looked_up(tmp_path):
    ours, theirs = socket.socketpair()
    ours.settimeout(PATIENCE_S)
    words = [sys.executable, "-m", "tests.browser_service.stalled", str(theirs.fileno())]
    with subprocess.Popen(words, pass_fds=[theirs.fileno()], cwd=ROOT) as process, ours, ours.makefile("r") as said:
        theirs.close()
        try:
            ours.sendall(json.dumps({"folder": str(tmp_path / "session"), "key_bytes": 0}).encode() + b"\n")
            told = [json.loads(said.readline()) for _ in ("host", "ready")]
            ours.sendall(b"rights_lost")
            told.append(json.loads(said.readline()))
            assert [one["what"] for one in told] == ["host", "ready", "ended"] and told[2]["because"] == "rights_lost"
            assert process.wait(PATIENCE_S) == 0 and not (tmp_path / "session").exists()
        finally:
            process.kill()


def test_what_a_terminal_or_an_init_says_to_all_processes_leaves_a_warden_to_end_its_session(desk, open_session):
    folder, warden = desk.folder(open_session), keeper_of(desk.world).kept[open_session["id"]].process
    for word in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        warden.send_signal(word)
    desk.user.browser.close(open_session["id"])
    assert desk.ended(open_session)["ended_because"] == "closed"
    assert not folder.exists()


def test_a_file_for_a_session_whose_folder_has_just_gone_is_refused(desk, open_session):
    shutil.rmtree(desk.folder(open_session) / "uploads")
    with pytest.raises(Conflict, match="ya ha terminado"):
        desk.user.browser.upload(open_session["id"], {"name": "a.txt", "content_base64": "YQ=="})


@pytest.mark.parametrize("state", ["starting", "open", "closing", "ended"])
def test_only_an_open_session_can_be_looked_at(state):
    session = Session(id="a" * 36, mode="hosted", state=state, hosts=[], uploads=0, downloads=[])
    assert bool(sessions.described(session)["viewer_url"]) == (state == "open")
