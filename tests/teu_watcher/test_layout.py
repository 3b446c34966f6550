"""From printed pages to cells, and from there to ids: PDFs of the sandbox, read by a real child."""

from __future__ import annotations

from datetime import date

import pytest

from deploy.sandbox.teu_pdf import render
from services.teu_watcher.layout import Piece, page_text
from services.teu_watcher.matching import mentions, tax_ids
from services.teu_watcher.reading import PdfReader
from tests.teu_watcher.people import PERSON_LETTERS, people

HEADERS = ["EXPEDIENTE", "IDENTIF", "LOCALIDAD", "FECHA", "MATRÍCULA", "CUANTÍA EUROS", "PRECEPTO", "ART°", "PTOS", "REQ"]
PRINTINGS = ["{}", "ES{}", "{0:.8}-{0[8]}", "{0:.8} {0[8]}", "{0[0]}{0[1]}.{0[2]}{0[3]}{0[4]}.{0[5]}{0[6]}{0[7]}-{0[8]}"]


@pytest.fixture(scope="module")
def reader():
    reader = PdfReader(children=1)
    yield reader
    reader.close()


def read(reader: PdfReader, rows: list[list[str]], **table) -> list[str]:
    edict = {"issuer": "Jefatura Provincial de Tráfico", "title": "Anuncio", "regime": "traffic"}
    headers = table.pop("headers", HEADERS)
    return reader.read(render("BOE-N-2026-000001", date(2026, 9, 14), edict | {"table": {"headers": headers, "rows": rows, **table}}))


def traffic_row(number: int, printed: str) -> list[str]:
    return [f"{7001600000 + number}", printed, "SANTA CRUZ DEL MONTE", "01/06/2026", "0000BBB", "100", "RDL 6/2015", "018", "0", "(1)"]


def test_every_id_of_a_long_table_is_found_in_its_own_row(reader):
    named = people(400, seed=1)
    pages = read(reader, [traffic_row(number, one) for number, one in enumerate(named)])
    found = list(mentions(pages))
    assert len(pages) > 5 and [mention.tax_id for mention in found] == named
    assert all(str(7001600000 + number) in mention.snippet for number, mention in enumerate(found))


def test_ids_printed_in_each_way_are_found_when_the_column_breaks_them(reader):
    named = people(100, seed=2)
    printed = [PRINTINGS[number % len(PRINTINGS)].format(one) for number, one in enumerate(named)]
    pages = read(reader, [traffic_row(*row) for row in enumerate(printed)], widths_pt=[60, 34, 60, 50, 50, 40, 50, 30, 30, 30])
    assert "\v" in pages[0] and {mention.tax_id for mention in mentions(pages)} == set(named)


@pytest.mark.parametrize("width_pt", [14, 18, 22, 26, 30, 34, 38, 42])
def test_a_column_of_any_width_loses_no_id(reader, width_pt):
    named = people(30, seed=width_pt)
    rows = [[str(number), one, "MÉRIDA"] for number, one in enumerate(named)]
    pages = read(reader, rows, headers=["N", "ID", "DE"], widths_pt=[50, width_pt, 90])
    assert [mention.tax_id for mention in mentions(pages)] == named


def test_dropped_zeros_are_put_back(reader):
    numbers = range(1_000_003, 1_000_043)
    pages = read(reader, [traffic_row(number, f"{number}{PERSON_LETTERS[number % 23]}") for number in numbers])
    assert [mention.tax_id for mention in mentions(pages)] == [f"{number:08d}{PERSON_LETTERS[number % 23]}" for number in numbers]


@pytest.mark.parametrize("cut", range(1, 9))
def test_neighbouring_cells_are_never_joined(reader, cut):
    named = people(25, seed=3)
    pages = read(reader, [[one[:cut], one[cut:]] for one in named], headers=["A", "B"], widths_pt=[9 + 4 * cut, 60])
    assert not {mention.tax_id for mention in mentions(pages)} & set(named)


def test_cells_of_one_column_in_different_rows_are_never_joined(reader):
    named = people(25, seed=4)
    rows = [[part, "MÉRIDA"] for one in named for part in (one[:7], one[7:])]
    assert list(mentions(read(reader, rows, headers=["A", "B"]))) == []


def test_prose_that_breaks_an_id_after_its_hyphen_is_read(reader):
    (one,) = people(1, seed=5)
    edict = {"issuer": "Ayuntamiento", "title": "Anuncio", "text": f"Se cita a la persona con NIF {one[:8]}-\n{one[8]} en este acto."}
    assert [mention.tax_id for mention in mentions(reader.read(render("BOE-N-2026-000001", date(2026, 9, 14), edict)))] == [one]


def piece(text: str, left: float, bottom: float) -> Piece:
    """Four points a character, seven high."""
    return Piece(text, left, left + 4 * len(text), bottom, bottom + 7, 7)


def test_a_printer_that_goes_line_by_line_through_a_row_gives_the_same_cells():
    pieces = [piece("7001", 0, 100), piece("4829163", 40, 100), piece("LEÓN", 80, 100), piece("7D", 40, 91.6)]
    assert page_text(pieces) == "7001\t4829163\v7D\tLEÓN"


def test_a_table_without_space_between_its_rows_is_given_back_row_by_row():
    pieces = [piece(f"{column}{line}", 40 * column, 700 - 8 * line) for line in range(9) for column in range(4)]
    assert page_text(pieces).split("\n") == [f"0{line}\t1{line}\t2{line}\t3{line}" for line in range(9)]


def test_upright_text_at_the_side_joins_no_row(reader):
    assert all("cve" not in row for page in read(reader, [traffic_row(1, "X")]) for row in page.split("\n") if "7001" in row)


def test_an_empty_page_has_no_text_and_no_ids():
    assert page_text([]) == "" and list(tax_ids("")) == []
