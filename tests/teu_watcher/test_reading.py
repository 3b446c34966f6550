"""The reader lives on whatever a document does to its child. The hostile documents are real ones, read by real children."""

from __future__ import annotations

import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from deploy.sandbox.teu_pdf import render
from services.teu_watcher.reading import PdfReader, ReaderBroken, UnreadablePdf
from tests.teu_watcher import hostile

EDICT = {"issuer": "Ayuntamiento de Prueba", "title": "Anuncio de notificación", "text": "Se notifica a los interesados."}


@pytest.fixture(scope="module")
def honest() -> bytes:
    return render("BOE-N-2026-000001", date(2026, 9, 14), EDICT)


@pytest.fixture(scope="module")
def reader():
    reader = PdfReader(children=1, cpu_s=5, wall_s=20)
    yield reader
    reader.close()


def test_the_text_keeps_issuer_title_body_and_reference(reader, honest):
    (page,) = reader.read(honest)
    assert all(words in page for words in (*EDICT.values(), "cve: BOE-N-2026-000001"))


def test_one_child_reads_many_documents(honest):
    reader = PdfReader(children=1)
    before = _children()
    for _ in range(20):
        reader.read(honest)
    assert len(_children() - before) == 1
    reader.close()
    assert _children() == before


def empty() -> bytes:
    return b""


def garbage() -> bytes:
    return b"%PDF-1.4\n" * 99


@pytest.mark.parametrize(
    "make",
    [hostile.bomb, hostile.flood, hostile.endless, hostile.circular, hostile.many_pages, hostile.wordless, empty, garbage],
)
def test_a_hostile_document_is_unreadable_and_the_next_one_is_read(reader, honest, make):
    with pytest.raises(UnreadablePdf):
        reader.read(make())
    assert "Se notifica" in reader.read(honest)[0]


def test_half_a_character_beside_a_whole_one_is_read_as_text_that_can_be_kept(reader):
    (page,) = reader.read(hostile.half_a_character())
    assert page.startswith("z\U0001f600z\ufffdz") and "\0" not in page.encode().decode()


def test_a_document_cut_short_is_unreadable(reader, honest):
    with pytest.raises(UnreadablePdf):
        reader.read(honest[: len(honest) // 2])


def test_a_document_that_outlasts_the_clock_is_given_up(honest):
    reader = PdfReader(children=1, cpu_s=60, wall_s=0.3)
    with pytest.raises(UnreadablePdf, match="too long"):
        reader.read(hostile.slow(seconds=60))
    assert "Se notifica" in reader.read(honest)[0]
    reader.close()


def test_a_document_that_uses_up_its_processor_time_is_given_up():
    reader = PdfReader(children=1, cpu_s=0, wall_s=60)
    with pytest.raises(UnreadablePdf, match="limit"):
        reader.read(hostile.slow(seconds=60))
    reader.close()


def test_a_child_is_replaced_after_its_share(honest):
    reader = PdfReader(children=1, share=1)
    before = _children()
    reader.read(honest)
    assert _children() == before
    assert "Se notifica" in reader.read(honest)[0]
    reader.close()


def test_a_child_killed_between_two_documents_is_replaced(honest):
    reader = PdfReader(children=1)
    before = _children()
    reader.read(honest)
    (child,) = _children() - before
    os.kill(child, signal.SIGKILL)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert "Se notifica" in reader.read(honest)[0]
    reader.close()


def test_many_callers_share_a_few_children(honest):
    reader = PdfReader(children=2)
    before = _children()
    with ThreadPoolExecutor(6) as pool:
        texts = list(pool.map(lambda _: reader.read(honest)[0], range(24)))
    assert len(set(texts)) == 1 and len(_children() - before) <= 2
    reader.close()


def test_a_reader_that_cannot_start_does_not_blame_the_document(honest, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ReaderBroken):
        PdfReader().read(honest)


def _children() -> set[int]:
    return {int(pid) for task in Path("/proc/self/task").iterdir() for pid in (task / "children").read_text().split()}
