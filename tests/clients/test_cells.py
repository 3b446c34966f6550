"""Cells of an export: no spreadsheet runs them, and nothing of them is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.clients.cells import COLUMNS, head, lines, neutral, plain, row_of

CLIENT = {
    "tax_id": "00000000T",
    "name": "=SUMA(A1)",
    "email": "",
    "postal_address": {"street": "-1", "postal_code": "08001", "city": "", "province": "", "country": "ES"},
    "notes": 'una; dos\ntres "cuatro"',
    "social_security": {"ccc": ["1", "2"], "naf": []},
    "receives_notifications": True,
    "watch_edicts": False,
}


@given(st.text())
@example("'=1")
@example("''")
def test_what_is_neutralised_is_read_back_as_it_was(text):
    assert plain(neutral(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1"])
def test_no_cell_begins_like_a_formula(text):
    assert neutral(text).startswith("'")


@pytest.mark.parametrize("text", ["'s Gravenhage", "Ana", "", "1-2"])
def test_a_cell_that_we_did_not_write_is_read_as_it_stands(text):
    assert plain(text) == text


def test_a_client_is_a_line_of_as_many_cells_as_there_are_columns():
    text = (head() + lines([row_of(CLIENT, ["Uno", "Dos"])])).removeprefix("\ufeff")
    columns, cells = csv.reader(io.StringIO(text), delimiter=";")
    assert columns == list(COLUMNS)
    row = dict(zip(COLUMNS, map(plain, cells), strict=True))
    assert (row["name"], row["street"], row["notes"]) == (CLIENT["name"], "-1", CLIENT["notes"])
    assert (row["ccc"], row["naf"], row["receives_notifications"], row["watch_edicts"], row["groups"]) == ("1 2", "", "sí", "no", "Uno|Dos")
