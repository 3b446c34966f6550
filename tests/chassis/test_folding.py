"""What is typed finds what is meant, and folding is stable."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.chassis.folding import fold, patterns, search_text, sort_name


def found(query: str, text: str) -> bool:
    """What the database does with LIKE, said in Python."""
    return all(pattern and pattern.strip("%") in search_text(text) for pattern in patterns(query))


@given(st.text())
@example("ŀ")
@example("ﬁ ß Σς İ ǅ")
def test_folding_what_is_folded_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_folded_text_holds_only_letters_digits_and_single_spaces(text):
    assert all(letter.isalnum() or letter == " " for letter in fold(text))
    assert "  " not in fold(text) and fold(text) == fold(text).strip()


@given(st.text())
def test_no_pattern_holds_what_like_would_read_as_one(text):
    assert all(not set(pattern.strip("%")) & set("%_\\\0") for pattern in patterns(text))


@given(st.text(max_size=150))
def test_every_text_with_a_letter_or_digit_is_found_by_itself(text):
    assert found(text, text) or not fold(text)


@pytest.mark.parametrize("query", ["%", "_", "%%%", "\\", "..."])
def test_a_query_without_letter_or_digit_finds_nothing(query):
    assert not found(query, "100 % Lana, S.L.")


@given(st.text(alphabet=st.characters(categories=("L", "N", "Zs")), min_size=1, max_size=100), st.data())
def test_every_text_of_words_is_found_by_its_beginnings(text, data):
    end = data.draw(st.integers(0, len(text)))
    assert found(text[:end], text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("nunez", "Núñez e Hijos, S.L."),
        ("HIJOS sl", "Núñez e Hijos, S.L."),
        ("paral·lel", "Parallel Barcelona"),
        ("parallel", "Paral·lel Barcelona"),
        ("l'hosp", "L'Hospitalet"),
        ("12.345.678-z", "12345678Z Ana"),
        ("B 1234567 4", "B12345674 Ejemplo"),
        ("12345", "B12345674 Ejemplo"),
        ("ana@ej", "Ana ana@ejemplo.es"),
        ("pé", "José Pérez"),
        ("", "lo que sea"),
    ],
)
def test_what_people_type_finds_what_they_mean(query, text):
    assert found(query, text)


@pytest.mark.parametrize(("query", "text"), [("ez", "José Pérez"), ("perez ana", "José Pérez")])
def test_what_is_not_there_is_not_found(query, text):
    assert not found(query, text)


@given(st.text())
def test_what_names_are_sorted_by_fits_an_index(text):
    assert len(sort_name(text)) <= 100
