"""The candidates that `matching` accepts, checked against python-stdnum, and the look-alikes that it must leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.es import nif

from services.contracts.ids import TaxId
from services.teu_watcher.matching import mentions, tax_ids, watch_hash, watched_mentions
from tests.teu_watcher import people

KEY = bytes(range(32))
DNI, NIE, KLM, CIF = "48291637D", "Y2938475D", "K2938475H", "B84736529"


def found(text: str) -> list[str]:
    return [tax_id for tax_id, _ in tax_ids(text)]


def written(pattern: str, tax_id: str) -> str:
    """`0` to `8` in the pattern are the characters of the tax id."""
    return "".join(tax_id[int(part)] if part.isdigit() else part for part in pattern)


def test_the_ids_of_these_tests_are_valid():
    assert [TaxId(tax_id) for tax_id in (DNI, NIE, KLM, CIF)] == [DNI, NIE, KLM, CIF]


@given(people.tax_ids)
def test_every_valid_tax_id_is_found_as_it_is(tax_id):
    assert found(f"notificación a {tax_id}, expediente 7/2026") == [tax_id]


@given(people.tax_ids, st.integers(0, 8), st.sampled_from("0123456789ABCDEFGHIJKLMNPQRSTUVWXYZ"))
def test_what_is_found_is_always_valid_by_the_independent_oracle(tax_id, at, other):
    text = tax_id[:at] + other + tax_id[at + 1 :]
    assert all(nif.is_valid(one) for one in found(text))


@given(st.text(st.sampled_from("0123456789ABZXKLM .-\t\v\nTRWyae"), max_size=60))
def test_no_text_breaks_the_search_and_all_it_finds_is_valid(text):
    assert all(TaxId(tax_id) == tax_id for tax_id in found(text))


@pytest.mark.parametrize("pattern", [
    "01234567-8", "01234567 8", "01.234.567-8", "01.234.567 8", "01.234.5678", "01 234 567 8", "01234567 - 8", "01234567/8", "01234567.8",
    "01234567\u20138", "01234567\u00a08", "ES012345678", "ES-012345678", "NIF012345678", "D.N.I.012345678", "(012345678)",
    "N.I.F.:012345678;",
])  # fmt: skip
def test_a_dni_is_found_in_each_way_of_writing_it(pattern):
    assert found("con " + written(pattern, DNI) + " y domicilio") == [DNI]


@pytest.mark.parametrize("pattern", ["0-1234567-8", "0 1234567 8", "0-1.234.567-8", "ES012345678", "012345678", "NIE 012345678"])
def test_a_nie_is_found_in_each_way_of_writing_it(pattern):
    assert found(written(pattern, NIE)) == [NIE]


@pytest.mark.parametrize("printed", [f"Y0{NIE[1:]}", f"Y-0{NIE[1:8]}-{NIE[8]}", f"Y{NIE[1:]}"])
def test_an_old_nie_of_eight_digits_is_found(printed):
    assert found(printed) == [NIE]


def test_a_nie_that_lost_its_zero_is_found_with_it():
    assert found("X123456" + people.PERSON_LETTERS[123456 % 23]) == ["X0123456" + people.PERSON_LETTERS[123456 % 23]]


@pytest.mark.parametrize(
    "pattern", ["0-1234567-8", "0-12345678", "0/12345678", "0.12.345.678", "0-12.345.678", "0 12345678", "0-1.234.567-8"]
)
def test_a_cif_is_found_in_each_way_of_writing_it(pattern):
    assert found(written(pattern, CIF)) == [CIF]


@pytest.mark.parametrize("pattern", ["012345678", "0-1234567-8", "0 1234567 8"])
def test_the_ids_of_minors_and_foreigners_without_nie_are_found(pattern):
    assert found(written(pattern, KLM)) == [KLM]


@given(st.integers(10_000, 9_999_999))
def test_a_dni_that_lost_its_zeros_is_found_with_them(number):
    letter = people.PERSON_LETTERS[number % 23]
    assert found(f"DNI {number}{letter}.") == found(f"{number}-{letter}") == [f"{number:08d}{letter}"]


def test_a_lower_case_id_is_found_when_nothing_parts_it():
    assert found(DNI.lower()) == [DNI]


@pytest.mark.parametrize("text", [f"a {DNI[:8]} {DNI[8]}", f"F {DNI[:8]}-{DNI[8]}", f"B 1234567 {DNI}", f"12.345.678 {DNI}", f"1.-{DNI}"])
def test_an_id_after_what_looks_like_the_start_of_another_is_found(text):
    assert DNI in found(text)


@pytest.mark.parametrize("text", [
    f"{DNI[:8]} {DNI[8].lower()} otros", f"9{DNI}", f"{DNI}9", f"{DNI}A", f"x{DNI}", "48291637C", f"{DNI[:8]}", f"{DNI[:8]}\t{DNI[8]}",
    f"{DNI[:4]}\t{DNI[4:]}", f"{DNI[:8]}\n{DNI[8]}", "0000BBB", "28013 Madrid", "01/06/2026", "7001600000", "BOE-N-2026-693209",
    "***9163**",
    f"{CIF[:8]}\t{CIF[8]}", f"{CIF[0]}\t{CIF[1:]}", f"á{DNI}",
])  # fmt: skip
def test_a_look_alike_is_left_alone(text):
    assert found(text) == []


@pytest.mark.parametrize("cut", range(1, 9))
@pytest.mark.parametrize("tax_id", [DNI, NIE, KLM, CIF])
def test_an_id_cut_anywhere_inside_its_cell_is_found(tax_id, cut):
    assert tax_id in found(f"70016\t{tax_id[:cut]}\v{tax_id[cut:]}\tMÉRIDA")


@pytest.mark.parametrize("cell", [
    f"{DNI[:4]}\v{DNI[4:8]}\v{DNI[8]}", f"{DNI[:8]}-\v{DNI[8]}", f"{DNI[:7]}\v{DNI[7:]}\vMÉRIDA", f"LÓPEZ\v{DNI[:7]}\v{DNI[7:]}",
    f"ES{DNI[:5]}\v{DNI[5:]}",
])  # fmt: skip
def test_an_id_cut_more_than_once_or_among_other_lines_is_found(cell):
    assert found(f"1\t{cell}\t2") == [DNI]


@pytest.mark.parametrize("cell", [f"{DNI[:8]}\v{DNI[8].lower()} otros", f"9{DNI[:7]}\v{DNI[7:]}", f"{DNI[:7]}\v{DNI[7:]}A"])
def test_lines_of_a_cell_that_only_look_like_a_cut_id_are_left_alone(cell):
    assert found(cell) == []


def test_a_mention_says_page_row_and_the_row_itself():
    pages = ["Anuncio\nnada", f"EXPEDIENTE\tIDENTIF\n7001\t{DNI[:7]}\v{DNI[7:]}\tMÉRIDA"]
    assert [tuple(mention) for mention in mentions(pages)] == [(DNI, 2, 2, f"7001 | {DNI[:7]} {DNI[7:]} | MÉRIDA")]


def test_one_id_twice_in_a_row_is_one_mention_and_in_two_rows_two():
    assert [mention.row for mention in mentions([f"{DNI}\t{DNI}\n{DNI}"])] == [1, 2]


def test_the_snippet_of_a_long_paragraph_is_what_surrounds_the_id():
    (mention,) = mentions(["x " * 1000 + DNI + " y" * 1000])
    assert DNI in mention.snippet and len(mention.snippet) < 400


def test_only_watched_ids_are_mentioned_to_who_watches():
    watched = {watch_hash(KEY, CIF)}
    assert [mention.tax_id for mention in watched_mentions([f"{DNI}\t{CIF}\n{NIE}"], KEY, watched)] == [CIF]


@given(people.cifs)
def test_both_control_characters_of_a_company_are_one_watched_id(tax_id):
    others = [one for one in (tax_id[:8] + control for control in "0123456789ABCDEFGHIJ") if nif.is_valid(one)]
    assert len(others) == 2 and len({watch_hash(KEY, one) for one in others}) == 1


def test_a_hash_says_nothing_without_its_key():
    assert len({watch_hash(KEY, DNI), watch_hash(KEY[::-1], DNI), watch_hash(KEY, NIE)}) == 3
    assert len(watch_hash(KEY, DNI)) == 16
