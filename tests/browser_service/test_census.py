"""What a session may write is counted wherever below its folders it stands."""

from __future__ import annotations

import os

import pytest

from services.browser import census

TOPS = ("run", "downloads", "uploads")


@pytest.fixture
def folders(tmp_path):
    for name in TOPS:
        (tmp_path / name).mkdir()
    return [tmp_path / name for name in TOPS]


@pytest.mark.parametrize("where", ["downloads/a", "downloads/sub/a", "run/sub/deeper/a", "uploads/a"])
def test_a_file_counts_wherever_it_stands(folders, tmp_path, where):
    file = tmp_path / where
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    assert not census.is_full(folders)
    os.truncate(file, census.FILES_BYTES + 1)
    assert census.is_full(folders)


def test_a_folder_that_is_a_link_leads_nowhere(folders, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a").touch()
    os.truncate(elsewhere / "a", census.FILES_BYTES + 1)
    (tmp_path / "downloads" / "sub").symlink_to(elsewhere)
    assert not census.is_full(folders)


def test_more_names_than_a_session_may_have_are_too_much(folders, tmp_path, monkeypatch):
    monkeypatch.setattr(census, "ENTRIES_MOST", 3)
    for name in "abcd":
        (tmp_path / "downloads" / name).mkdir()
    assert census.is_full(folders)
