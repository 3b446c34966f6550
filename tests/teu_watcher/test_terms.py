"""What is kept of an edict's terms: enough for each deadline, and nothing of whom it names."""

from __future__ import annotations

from datetime import date

import pytest

from services.notifications.deadlines import edict_deadlines
from services.teu_watcher.terms import LONGEST_TERMS, terms_of
from tests.people import tax_id

PUBLISHED_ON = date(2026, 9, 1)
NAMED = "Se notifica a D. Fulano Canario Pérez, con domicilio en la calle Mayor, 3, de Lugo, y NIF 12345678Z"
FAR = " la resolución dictada en el expediente que se tramita en este Ayuntamiento, de la que no se ha podido dejar constancia" * 3


def deadlines(regime: str, *pages: str) -> dict[str, str]:
    return {deadline.kind: deadline.on.isoformat() for deadline in edict_deadlines(regime, PUBLISHED_ON, terms_of(pages))}


def test_a_term_in_the_paragraph_that_names_somebody_is_kept() -> None:
    text = f"{NAMED},{FAR}, y se le hace saber que dispone de un plazo de diez días hábiles para presentar alegaciones (CIF P2807900B)."
    assert deadlines("general", text)["answer_by"] == "2026-09-15"


def test_it_is_kept_from_when_the_term_counts() -> None:
    text = f"{NAMED},{FAR}: plazo de diez días naturales, contados desde el siguiente al de esta publicación, para el pago."
    assert deadlines("traffic", text)["pay_or_allege_by"] == "2026-09-11"


def test_it_is_kept_that_the_term_is_to_appear() -> None:
    text = f"{NAMED}, que deberá comparecer,{FAR}, en el plazo máximo de DIEZ (10) DÍAS. Cabe recurso en el plazo de un mes."
    assert deadlines("tax", text)["appear_by"] == "2026-09-11"


def test_a_term_that_is_over_is_kept_as_such() -> None:
    text = f"{NAMED}. Transcurrido dicho plazo de veinte días naturales se entenderá practicada."
    assert deadlines("general", text).keys() == {"effective"}


@pytest.mark.parametrize(
    "printed",
    [
        "12345678Z",
        "12.345.678-Z",
        "12 345 678 Z",
        "ES12345678-Z",
        "1234567L",
        "12345678\vZ",
        "1234567\v8Z",
        "1234\v5678-Z",
        "X-1234567-L",
        "P 2807900 B",
        "P2807\v900B",
    ],
)
def test_nothing_is_left_of_a_tax_id_or_a_name_beside_a_term(printed: str) -> None:
    terms = terms_of([f"D. Fulano Canario, NIF {printed}, dispone de un plazo de 10 días desde que {printed} (Fulano) lo reciba."])
    assert terms == "… dispone de un plazo de 10 días desde que."


def test_a_paragraph_that_names_nobody_gives_its_sentences_as_they_are() -> None:
    text = f"{NAMED}.\nContra este acto, según la Ley 39/2015, cabe recurso\ven el plazo de un mes. Lo firma el Alcalde."
    assert terms_of([text]) == "Contra este acto, según la Ley 39/2015, cabe recurso en el plazo de un mes."


def test_terms_come_before_what_only_speaks_of_a_term() -> None:
    idle = "\n".join(f"Fuera de plazo no se admite nada, según el apartado {number} de las bases." for number in range(100))
    assert deadlines("general", idle, "Dispone de un plazo de diez días hábiles.")["answer_by"] == "2026-09-15"


def test_a_sentence_as_long_as_the_edict_leaves_its_term() -> None:
    assert deadlines("general", f"Se hace saber,{FAR * 10}, que hay un plazo de diez días hábiles.")["answer_by"] == "2026-09-15"


def test_what_is_kept_is_short_and_made_of_whole_sentences() -> None:
    sentences = [f"En el caso {number} hay un plazo de {number} días hábiles." for number in range(1, 200)]
    kept = terms_of([" ".join(sentences)])
    assert 1_900 < len(kept) <= LONGEST_TERMS and set(kept.split("\n")) <= set(sentences)


def test_many_people_with_one_term_are_one_sentence() -> None:
    assert terms_of([f"A {tax_id()}, vecino, se concede un plazo de diez días.\n" for _ in range(300)]).count("plazo") == 1


def test_two_headings_are_not_read_as_one_sentence() -> None:
    assert deadlines("tax", "CITACIÓN PARA COMPARECER EN PLAZO\nRecurso en el plazo de un mes")["appear_by"] == "2026-09-16"
