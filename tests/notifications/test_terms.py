"""Terms that edicts state, in the words that issuers use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.terms import terms_in


@pytest.mark.parametrize(
    ("text", "count", "unit"),
    [
        ("en el plazo de 10 días hábiles, contados", 10, "working"),
        ("PLAZO DE QUINCE DIAS NATURALES", 15, "natural"),
        ("plazo de diez (10) días\nhábiles", 10, "working"),
        ("plazo máximo de 15 (quince) días naturales", 15, "natural"),
        ("en el plazo de los veinte días siguientes", 20, "days"),
        ("dispone de un plazo para presentar alegaciones de quince días", 15, "days"),
        ("plazo de un mes", 1, "months"),
        ("plazo de dos meses", 2, "months"),
        ("plazo improrrogable de 1 día hábil", 1, "working"),
    ],
)
def test_a_stated_term_is_read(text: str, count: int, unit: str) -> None:
    [term] = terms_in(text)
    assert (term.count, term.unit) == (count, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Transcurrido el período de veinte días naturales desde que la notificación se hubiese publicado",
        "Transcurrido el plazo de veinte días naturales desde la publicación se entenderá practicada",
        "plazo de 0 días hábiles",
        "plazo de 900 días naturales",
        "dentro del plazo. El importe es de 30 días de salario",
    ],
)
def test_what_is_no_term_is_not_read(text: str) -> None:
    assert terms_in(text) == []


def test_a_term_knows_that_it_is_to_appear_and_counts_from_the_publication() -> None:
    first, second = terms_in(
        "Deberán comparecer en el plazo de 15 días naturales, contados desde el día siguiente al de la publicación de este anuncio."
        " Contra el acto cabe recurso en el plazo de un mes desde la notificación."
    )
    assert (first.to_appear, first.from_publication) == (True, True)
    assert (second.to_appear, second.from_publication) == (False, False)


def test_the_same_term_stated_twice_is_one() -> None:
    assert len(terms_in("plazo de 10 días hábiles. Otro: plazo de 10 días hábiles.")) == 1


@given(st.text(alphabet="plazo de 12 días hábiles(.);\n", max_size=200))
def test_any_text_is_read_without_error(text: str) -> None:
    assert all(1 <= term.count <= 366 for term in terms_in(text))
