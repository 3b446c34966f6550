"""A session from its opening to its end: who may, what the trail has, what closes it, and that nothing is left."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest

from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from tests.browser_service.conftest import WHY
from tests.worlds import until


@pytest.fixture
def open_session(desk):
    desk.certified()
    return desk.open()


def processes_of(folder: Path) -> list[int]:
    """Those in whose command line the session's folder stands."""
    found = []
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                command = Path(f"/proc/{entry.name}/cmdline").read_bytes()
            except OSError:
                continue
            found += [int(entry.name)] if str(folder).encode() in command else []
    return found


def trail(desk, act: str) -> list[dict]:
    return desk.firm.admin.audit.entries({"act": act})["items"]


def test_without_the_capability_nobody_opens_a_browser(desk):
    desk.certified()
    clerk = desk.firm.user("reader")
    desk.firm.admin.access.change_group(desk.group["id"], {"member_ids": [desk.user_id, clerk], "version": desk.group["version"]})
    with pytest.raises(NotAllowed):
        desk.firm.as_user(clerk).browser.open(desk.client_id, {"reason": WHY})


def test_a_client_out_of_sight_is_not_found(desk):
    desk.certified()
    stranger = desk.firm.as_user(desk.firm.user("operator"))
    with pytest.raises(NotFound):
        stranger.browser.open(desk.client_id, {"reason": WHY})


def test_nobody_opens_a_browser_without_saying_why(desk):
    desk.certified()
    with pytest.raises(Invalid):
        desk.user.browser.open(desk.client_id, {"reason": " "})


def test_a_client_without_a_certificate_is_refused_in_plain_words(desk):
    with pytest.raises(Conflict, match="no tiene certificado"):
        desk.open()


def test_the_use_of_the_key_is_in_the_trail_with_its_reason_and_how_it_ended(desk, open_session):
    (used,) = trail(desk, "certificate_used")
    assert used["user_id"] == desk.user_id and used["detail"]["why"] == WHY and used["detail"]["mailbox_id"] == open_session["id"]
    desk.user.browser.close(open_session["id"])
    desk.ended(open_session)
    (end,) = until(lambda: trail(desk, "browser.browser_session_ended"), "the end is in the trail")
    assert (end["user_id"], end["detail"]["because"], end["detail"]["use_id"]) == (desk.user_id, "closed", used["id"])
    assert [entry["subject"] for entry in trail(desk, "certificate_use_ended")] == [used["id"]]


def test_nothing_is_left_after_closing(desk, open_session):
    folder = desk.folder(open_session)
    assert folder.is_dir() and processes_of(folder)
    desk.user.browser.close(open_session["id"])
    desk.ended(open_session)
    assert not folder.exists() and processes_of(folder) == []


def test_nothing_is_left_when_its_warden_is_killed(desk, open_session):
    folder = desk.folder(open_session)
    inside = processes_of(folder)
    (keeper,) = [one for one in desk.world.runner.service_map["browser"].dependencies if hasattr(one, "folder_of")]
    os.kill(keeper.kept[open_session["id"]].process.pid, signal.SIGKILL)
    assert desk.ended(open_session)["ended_because"] == "service_gone"
    until(lambda: not folder.exists(), "the folder is swept")
    until(lambda: not any(pid in processes_of(folder) for pid in inside), "its processes are gone")


def test_a_session_that_nobody_looks_at_ends(desk, impatient):
    desk.certified()
    with contextlib.suppress(Conflict):  # A busy machine takes longer to open it than somebody may look away.
        desk.open()
    (session,) = desk.user.browser.sessions_of(desk.client_id)
    folder = desk.folder(session)
    assert desk.ended(session)["ended_because"] == "viewer_away"
    assert not folder.exists()


def test_a_token_opens_one_viewer_and_is_good_for_nobody_else(desk, open_session):
    token = desk.user.browser.viewer_token(open_session["id"])
    with pytest.raises(NotFound):
        desk.firm.admin.browser.redeem(open_session["id"], token)
    assert desk.user.browser.redeem(open_session["id"], token)["screen"].endswith("rfb.sock")
    with pytest.raises(NotAllowed):
        desk.user.browser.redeem(open_session["id"], token)


def test_a_new_token_replaces_the_one_before_it(desk, open_session):
    old = desk.user.browser.viewer_token(open_session["id"])
    desk.user.browser.viewer_token(open_session["id"])
    with pytest.raises(NotAllowed):
        desk.user.browser.redeem(open_session["id"], old)


def lose_the_capability(desk):
    user = desk.firm.admin.access.user(desk.user_id)
    desk.firm.admin.access.change_user(desk.user_id, {"role": "reader", "version": user["version"]})


def lose_sight(desk):
    desk.firm.admin.access.change_group(desk.group["id"], {"member_ids": [], "version": desk.group["version"]})


def be_disabled(desk):
    user = desk.firm.admin.access.user(desk.user_id)
    desk.firm.admin.access.change_user(desk.user_id, {"is_active": False, "version": user["version"]})


def archive(desk):
    desk.firm.admin.clients.archive(desk.client_id)


def replace(desk):
    desk.certified()


@pytest.mark.parametrize(
    "lose, because",
    [
        (lose_the_capability, "permission_lost"),
        (lose_sight, "permission_lost"),
        (be_disabled, "permission_lost"),
        (archive, "client_archived"),
        (replace, "certificate_replaced"),
    ],
)
def test_a_session_dies_with_the_permission(desk, open_session, lose, because):
    folder = desk.folder(open_session)
    lose(desk)
    seen = until(lambda: (now := desk.firm.admin.browser.session(open_session["id"]))["state"] == "ended" and now, patience_s=15)
    assert seen["ended_because"] == because
    assert not folder.exists()


def test_a_firm_has_no_more_browsers_at_once_than_it_may(desk):
    desk.certified()
    for _ in range(4):
        desk.open()
    with pytest.raises(TooMany):
        desk.open()


def test_files_go_in_and_come_out_and_links_are_not_followed(desk, open_session):
    folder = desk.folder(open_session)
    desk.user.browser.upload(open_session["id"], {"name": "modelo 303.pdf", "content_base64": "JVBERi0="})
    assert (folder / "uploads" / "modelo 303.pdf").read_bytes() == b"%PDF-"
    (folder / "downloads" / "justificante.pdf").write_bytes(b"%PDF-1.4")
    (folder / "downloads" / "claves").symlink_to("/etc/passwd")
    listed = until(lambda: desk.seen(open_session)["downloads"], "the download is listed")
    assert listed == [{"name": "justificante.pdf", "size": 8}]
    assert desk.user.browser.download(open_session["id"], "justificante.pdf")["content_base64"] == "JVBERi0xLjQ="
    for name in ("claves", "../run/rfb.sock", "nada"):
        with pytest.raises((NotFound, Invalid)):
            desk.user.browser.download(open_session["id"], name)
