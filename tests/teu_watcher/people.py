"""Tax ids that are valid and belong to nobody, computed by python-stdnum: the oracle that shares no code with ours."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from stdnum.es import cif, dni, nie

PERSON_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
dnis = st.integers(1, 99_999_999).map(lambda number: f"{number:08d}" + dni.calc_check_digit(f"{number:08d}"))
nies = st.tuples(st.sampled_from("XYZ"), st.integers(1, 9_999_999)).map(
    lambda parts: f"{parts[0]}{parts[1]:07d}" + nie.calc_check_digit(f"{parts[0]}{parts[1]:07d}")
)
klms = st.tuples(st.sampled_from("KLM"), st.integers(1, 9_999_999)).map(
    lambda parts: f"{parts[0]}{parts[1]:07d}{dni.calc_check_digit(f'{parts[1]:07d}')}"
)
cifs = st.tuples(st.sampled_from("ABCDEFGHJNPQRSUVW"), st.integers(1, 9_999_999), st.integers(0, 1)).map(
    lambda parts: f"{parts[0]}{parts[1]:07d}" + cif.calc_check_digits(f"{parts[0]}{parts[1]:07d}")[parts[2]]
)
tax_ids = st.one_of(dnis, nies, klms, cifs)


def people(count: int, seed: int) -> list[str]:
    """So many different DNI with eight significant digits; the same ones for the same seed."""
    return [f"{number}{dni.calc_check_digit(str(number))}" for number in Random(seed).sample(range(10_000_000, 99_999_999), count)]
