"""Files of rows: recognised by their header, read in either encoding, refused as a whole only when nothing can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts import csv_layouts
from services.contracts.csv_layouts import LAYOUTS, layout_of, read
from services.contracts.errors import Invalid, Refusal, TooLarge

HEADER = "identificador;razon_social;nif;email;telefono"


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("delimiter", [";", ","])
def test_each_layout_is_recognised_by_its_header(layout, delimiter):
    assert layout_of(delimiter.join(LAYOUTS[layout]).encode()) == layout


@pytest.mark.parametrize("header", ["Identificador; Razón social ;NIF;Email;Teléfono;;", '"NIF";"RAZON_SOCIAL"'])
def test_capitals_accents_blanks_and_empty_columns_in_a_header_do_not_matter(header):
    assert layout_of(header.encode()) == "clients"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_both_encodings_are_read(encoding):
    sheet = read(f"{HEADER}\r\n1;Núñez € Hijos;X;;\r\n".encode(encoding))
    assert sheet.rows[0]["cells"]["razon_social"] == "Núñez € Hijos"


def test_a_row_is_told_by_the_line_on_which_it_begins():
    sheet = read(f'{HEADER}\n1;"uno\ncon; tres\nlíneas";A;;\n\n;;;;\n2;dos;B;;\n'.encode())
    assert [(row["line"], row["cells"]["nif"]) for row in sheet.rows] == [(2, "A"), (7, "B")]
    assert sheet.rows[0]["cells"]["razon_social"] == "uno\ncon; tres\nlíneas"


@pytest.mark.parametrize("rest", ["2;dos;B;;\n3;tres;C;;\n", '2;"dos";B;;\n3;"tres\ny más";C;;\n', "2;dos;B;;\n3;tres;C;;"])
def test_a_quote_that_is_never_closed_spoils_its_own_row_and_no_other(rest):
    sheet = read(f'{HEADER}\n1;"sin cerrar;A;;\n{rest}'.encode())
    assert [(row["line"], "fault" in row) for row in sheet.rows] == [(2, True), (3, False), (4, False)]
    assert [row["cells"]["nif"] for row in sheet.rows[1:]] == ["B", "C"]


def test_a_row_with_more_cells_than_the_header_is_wrong_and_its_neighbours_are_not():
    sheet = read(f"{HEADER}\n1;a;b;c;d;e\n2;a\n3;a;b;c;d;;\n".encode())
    assert ["fault" in row for row in sheet.rows] == [True, False, False]


@pytest.mark.parametrize(
    "content",
    [b"", b" \r\n", f"{HEADER}\n".encode(), b"a;b;c\n1;2;3\n", b"PK\x03\x04\0\0", b"nif;nif\n1;2\n", f"{HEADER};otra\n1\n".encode()],
)
def test_a_file_of_which_nothing_can_be_read_is_refused_with_the_cure(content):
    with pytest.raises(Invalid) as refused:
        read(content)
    assert refused.value.errors["file"][0]


def test_a_layout_that_was_said_is_the_only_one_that_fits():
    with pytest.raises(Invalid):
        read(f"{HEADER}\n1;a;b;c;d\n".encode(), "groups")
    with pytest.raises(Invalid) as refused:
        read(b"x", "unknown")
    assert "layout" in refused.value.errors


def test_a_file_that_is_too_large_is_refused_as_that(monkeypatch):
    with pytest.raises(TooLarge):
        read(HEADER.encode() + b"\n" + b"x" * csv_layouts.LARGEST_FILE)
    monkeypatch.setattr(csv_layouts, "MOST_ROWS", 2)
    with pytest.raises(TooLarge):
        read(f"{HEADER}\n1;a\n2;b\n3;c\n".encode())


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: f"{HEADER}\n{text}".encode("utf-8", "replace")))
def test_whatever_the_file_it_is_read_or_refused(content):
    try:
        assert read(content).rows
    except Refusal as refusal:
        assert refusal.message
