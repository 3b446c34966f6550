"""Files that go into a session and come out of it: what is let through, and that the trail has each."""

from __future__ import annotations

import hashlib

import pytest

from services.contracts.errors import Invalid, NotFound
from tests.browser_service.test_sessions import trail
from tests.worlds import until


def test_each_file_that_crosses_is_in_the_trail(desk, open_session):
    desk.user.browser.upload(open_session["id"], {"name": "modelo 303.pdf", "content_base64": "JVBERi0="})
    (desk.folder(open_session) / "downloads" / "justificante.pdf").write_bytes(b"%PDF-1.4")
    desk.user.browser.download(open_session["id"], "justificante.pdf")
    for act, content in (("browser_file_brought_in", b"%PDF-"), ("browser_file_taken_out", b"%PDF-1.4")):
        (entry,) = trail(desk, act)
        assert (entry["user_id"], entry["subject"]) == (desk.user_id, open_session["id"])
        told = {"client_id": desk.client_id, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        assert entry["detail"] == told


def test_a_file_whose_name_is_too_long_is_refused_in_plain_words(desk, open_session):
    with pytest.raises(Invalid) as refused:
        desk.user.browser.upload(open_session["id"], {"name": "ñ" * 150, "content_base64": "JVBERi0="})
    assert "demasiado largo" in refused.value.errors["name"][0]
    assert trail(desk, "browser_file_brought_in") == []


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
