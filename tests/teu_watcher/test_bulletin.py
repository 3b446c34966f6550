"""The index and PDFs as the BOE serves them, and everything it may answer instead: nothing unknown passes for "no edicts"."""

from __future__ import annotations

from datetime import date
from hashlib import sha256

import pytest

from services.teu_watcher import bulletin
from services.teu_watcher.bulletin import BoeSource, BulletinAway, IndexedEdict, UnexpectedAnswer, rows_of
from tests.teu_watcher.stand_in import serving

MONDAY, SUNDAY = date(2026, 9, 14), date(2026, 9, 13)
INDEX = "/boe_n/dias/2026/09/14/index.php"
PDF = "/boe_n/dias/2026/09/14/not.php"
URL = "https://bulletin.test" + INDEX + "?l=N"
GOLDEN = """<!DOCTYPE html><html lang="es"><body><div id="indiceSumarioN"> <div class="sumario">
 <h5>Ministerio del  Interior</h5>
 <ul><li class="notif"><p>Jefatura Provincial de Tráfico de Ávila. Anuncio de notificación de 9 de septiembre
     de 2026 en procedimiento sancionador.</p>
   <ul><li class="puntoPDF"><a href="/boe_n/dias/2026/09/14/not.php?id=BOE-N-2026-700001"
      title="PDF">PDF (Ref. BOE-N-2026-700001)</a></li></ul>
 </li><li class="notif par"><p>Otro &amp; más.</p>
  <ul><li class="puntoPDF"><a href="not.php?id=BOE-N-2026-700002">PDF</a></li></ul></li></ul>
 <h5>Diputación de Teruel</h5>
 <ul><li class="notif"><p>Tasa de basuras.</p><ul><li class="puntoPDF"><a href="not.php?id=BOE-N-2026-700003">PDF</a></li></ul></li></ul>
</div></div></body></html>"""


@pytest.fixture
def stand_in():
    with serving() as stand_in:
        yield stand_in


@pytest.fixture
def source(stand_in):
    return BoeSource(stand_in.url, requests_per_second=0, timeout_s=5)


def publish(stand_in, count: int = 1) -> list[str]:
    edicts = [{"issuer": f"Ayuntamiento {number % 3}", "title": f"Anuncio {number} <b>&", "regime": "general"} for number in range(count)]
    return stand_in.bulletin.publish(MONDAY, edicts)


def test_a_page_of_the_bulletin_gives_its_rows_with_issuer_title_and_address():
    first, second, third = rows_of(GOLDEN.encode(), URL)
    title = "Jefatura Provincial de Tráfico de Ávila. Anuncio de notificación de 9 de septiembre de 2026 en procedimiento sancionador."
    address = "https://bulletin.test/boe_n/dias/2026/09/14/not.php?id=BOE-N-2026-70000"
    assert first == IndexedEdict("BOE-N-2026-700001", "Ministerio del Interior", title, address + "1")
    assert second == IndexedEdict("BOE-N-2026-700002", "Ministerio del Interior", "Otro & más.", address + "2")
    assert third == IndexedEdict("BOE-N-2026-700003", "Diputación de Teruel", "Tasa de basuras.", address + "3")


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ('id="indiceSumarioN"', 'id="indice"'),
        ('class="notif"', 'class="anuncio"'),
        ("puntoPDF", "punto"),
        ("h5>", "h4>"),
        ("<p>Tasa de basuras.</p>", ""),
        ("</html>", ""),
        ('href="not.php', 'href="https://elsewhere.test/not.php'),
        ("700002", "700001"),
        ("</body>", "<p>BOE-N-2026-700009</p></body>"),
    ],
)
def test_a_page_that_changed_is_refused(what, instead):
    assert what in GOLDEN
    with pytest.raises(UnexpectedAnswer):
        rows_of(GOLDEN.replace(what, instead).encode(), URL)


@pytest.mark.parametrize("length", range(0, len(GOLDEN) - 10, 97))
def test_a_page_cut_anywhere_is_refused(length):
    with pytest.raises(UnexpectedAnswer):
        rows_of(GOLDEN[:length].encode(), URL)


def test_a_row_repeated_word_for_word_counts_once():
    start, end = GOLDEN.index('<li class="notif par">'), GOLDEN.index("</ul>\n <h5>Dip")
    repeated = GOLDEN[:end] + GOLDEN[start:end] + GOLDEN[end:]
    assert rows_of(repeated.encode(), URL) == rows_of(GOLDEN.encode(), URL)


def test_zero_rows_are_believed_only_when_the_page_says_so(stand_in, source):
    publish(stand_in, 0)
    assert source.index(MONDAY) == []
    stand_in.instead[INDEX] = (200, {}, b'<html><div id="indiceSumarioN"></div></html>')
    with pytest.raises(UnexpectedAnswer):
        source.index(MONDAY)


def test_the_source_lists_all_that_was_published_and_fetches_each_pdf(stand_in, source):
    ids = publish(stand_in, 7)
    rows = source.index(MONDAY)
    assert sorted(row.edict_id for row in rows) == ids
    assert {row.title for row in rows} == {f"Anuncio {number} <b>&" for number in range(7)}
    fetched = source.pdf(rows[0])
    assert fetched.content.startswith(b"%PDF-") and fetched.sha256 == sha256(fetched.content).hexdigest()


def test_an_index_that_grew_shows_the_new_rows_too(stand_in, source):
    publish(stand_in, 2)
    before = source.index(MONDAY)
    publish(stand_in, 1)
    assert len(source.index(MONDAY)) == 3 and set(before) < set(source.index(MONDAY))


def test_a_day_without_bulletin_is_none(source):
    assert source.index(MONDAY) is None


def test_a_sunday_is_none_without_asking(stand_in, source):
    assert source.index(SUNDAY) is None and stand_in.asked == []


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_bulletin_out_of_order_is_away(stand_in, source, status):
    stand_in.instead[INDEX] = (status, {}, b"")
    with pytest.raises(BulletinAway):
        source.index(MONDAY)


@pytest.mark.parametrize("status", [204, 302, 401, 403])
def test_any_other_answer_is_unexpected(stand_in, source, status):
    stand_in.instead[INDEX] = (status, {"Location": stand_in.url + "/elsewhere", "Content-Length": "0"}, b"")
    with pytest.raises(UnexpectedAnswer):
        source.index(MONDAY)
    assert stand_in.asked == [INDEX]


def test_a_server_that_is_not_there_is_away():
    with pytest.raises(BulletinAway):
        BoeSource("http://127.0.0.1:9", requests_per_second=0, timeout_s=1).index(MONDAY)


def test_an_answer_shorter_than_announced_is_away(stand_in, source):
    stand_in.instead[INDEX] = (200, {"Content-Length": "9999"}, GOLDEN.encode())
    with pytest.raises(BulletinAway):
        source.index(MONDAY)


@pytest.mark.parametrize("body", [b"", b"<html>login</html>", b"%PDF-1.4\ncut"])
def test_what_is_not_a_whole_pdf_is_refused(stand_in, source, body):
    publish(stand_in)
    (row,) = source.index(MONDAY)
    stand_in.instead[PDF] = (200, {}, body)
    with pytest.raises(UnexpectedAnswer):
        source.pdf(row)


def test_an_indexed_pdf_that_is_missing_is_tried_again_later(stand_in, source):
    publish(stand_in)
    (row,) = source.index(MONDAY)
    stand_in.instead[PDF] = (404, {}, b"")
    with pytest.raises(BulletinAway):
        source.pdf(row)


def test_a_pdf_larger_than_any_edict_is_refused(stand_in, source):
    publish(stand_in)
    (row,) = source.index(MONDAY)
    stand_in.instead[PDF] = (200, {}, b"%PDF-" + bytes(bulletin.LARGEST_PDF))
    with pytest.raises(UnexpectedAnswer, match="larger"):
        source.pdf(row)
