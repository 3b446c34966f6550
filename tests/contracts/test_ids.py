"""Identifiers against examples of the law's own algorithms and against python-stdnum as an oracle."""

from __future__ import annotations

import pickle
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum.es import nif

from services.contracts.ids import Ccc, InvalidCcc, InvalidIdentifier, InvalidNaf, InvalidTaxId, Naf, TaxId, read_printed_tax_id, warnings

CONTROLS = string.ascii_uppercase + string.digits
STEM = st.from_regex(r"[0-9A-Z][0-9]{7}", fullmatch=True)


def is_accepted(text: str) -> bool:
    try:
        return TaxId(text) == text
    except InvalidTaxId:
        return False


@pytest.mark.parametrize(
    ("typed", "canonical"),
    [
        ("b-1234567 4", "B12345674"),
        ("12.345.678-z", "12345678Z"),
        ("ES B12345674", "B12345674"),
        ("esX1234567L", "X1234567L"),
        (" Y1234567X\n", "Y1234567X"),
        ("Z1234567R", "Z1234567R"),
        ("k1234567l", "K1234567L"),
        ("Q2826000H", "Q2826000H"),
        ("P0800000B", "P0800000B"),
        ("A58818501", "A58818501"),
        ("12345678\u00a0Z", "12345678Z"),
    ],
)
def test_a_tax_id_is_canonical_whatever_was_typed(typed: str, canonical: str) -> None:
    assert TaxId(typed) == canonical


@pytest.mark.parametrize(
    "typed", ["", "   ", "12345678", "1234567L", "12345678ZZ", "I1234567A", "O1234567L", "B1234567K", "ES", "9" * 5000]
)
def test_what_has_not_the_form_of_a_tax_id_is_refused_saying_so(typed: str) -> None:
    with pytest.raises(InvalidTaxId, match="forma de un NIF"):
        TaxId(typed)


@pytest.mark.parametrize("typed", ["12345678A", "X1234567R", "M1234567A"])
def test_a_wrong_letter_is_refused_saying_so(typed: str) -> None:
    with pytest.raises(InvalidTaxId, match="letra no corresponde"):
        TaxId(typed)


def test_a_wrong_control_of_a_company_is_refused_saying_so() -> None:
    with pytest.raises(InvalidTaxId, match="control no corresponde"):
        TaxId("B12345675")


@pytest.mark.parametrize(
    "typed", ["\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668Z", "12345678\u017f", "\uff11\uff12345678Z", "28\u00b2391756910"]
)
def test_foreign_letters_and_digits_are_never_taken_for_ours(typed: str) -> None:
    for kind in (TaxId, Ccc, Naf):
        with pytest.raises(InvalidIdentifier):
            kind(typed)


def test_what_is_not_text_is_refused_like_any_wrong_text() -> None:
    for value in (None, 12345678, b"12345678Z", ["12345678Z"]):
        with pytest.raises(InvalidTaxId):
            TaxId(value)  # type: ignore[arg-type]


def test_the_refused_text_stays_out_of_the_message() -> None:
    with pytest.raises(InvalidTaxId) as refused:
        TaxId("12345678A")
    assert "12345678A" not in str(refused.value)
    assert refused.value.text == "12345678A"


def test_a_refusal_survives_pickling() -> None:
    again = pickle.loads(pickle.dumps(InvalidCcc("text", "reason")))
    assert (type(again), again.text, again.reason) == (InvalidCcc, "text", "reason")


@given(STEM)
@example("00000000")
@example("X0000000")
@example("Q2826000")
def test_the_oracle_accepts_the_same_controls_after_any_eight_characters(stem: str) -> None:
    ours = {control for control in CONTROLS if is_accepted(stem + control)}
    assert ours == {control for control in CONTROLS if nif.is_valid(stem + control)}


@given(st.text(max_size=20))
def test_any_text_gives_an_identifier_or_a_refusal_with_its_reason(text: str) -> None:
    for kind in (TaxId, Ccc, Naf):
        try:
            assert kind(kind(text)) == kind(text)
        except InvalidIdentifier as refused:
            assert refused.reason.endswith(".")


@pytest.mark.parametrize(
    ("number", "kind", "is_person"),
    [
        ("12345678Z", "dni", True),
        ("X1234567L", "nie", True),
        ("K1234567L", "klm", True),
        ("B12345674", "cif", False),
        ("E00000000", "cif", False),
    ],
)
def test_a_tax_id_knows_its_kind(number: str, kind: str, is_person: bool) -> None:
    assert (TaxId(number).kind, TaxId(number).is_person) == (kind, is_person)


def test_an_identifier_behaves_as_its_text_and_cannot_be_changed() -> None:
    tax_id = TaxId("12345678-z")
    assert tax_id in {"12345678Z"}
    assert type(pickle.loads(pickle.dumps(tax_id))) is TaxId
    with pytest.raises(AttributeError):
        tax_id.extra = 1  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("printed", "tax_id"),
    [("1234567L", "01234567L"), ("1.234.567-L", "01234567L"), ("X01234567L", "X1234567L"), ("12345678Z", "12345678Z")],
)
def test_a_printed_dni_gets_its_lost_zeros_back(printed: str, tax_id: str) -> None:
    assert read_printed_tax_id(printed) == tax_id


def test_padding_does_not_make_a_wrong_letter_right() -> None:
    with pytest.raises(InvalidTaxId):
        read_printed_tax_id("1234567A")


@pytest.mark.parametrize(
    ("number", "codes"),
    [
        ("Q2826000H", []),
        ("Q28260008", ["cif_control_letter"]),
        ("B12345674", []),
        ("B1234567D", ["cif_control_digit"]),
        ("C12345674", []),
        ("C1234567D", []),
        ("C00123455", ["cif_control_letter"]),
        ("A00123455", []),
        ("A0012345E", []),
        ("12345678Z", []),
        ("X1234567L", []),
    ],
)
def test_an_unusual_control_of_a_company_is_accepted_with_a_warning(number: str, codes: list[str]) -> None:
    assert [code for code, _ in warnings(TaxId(number))] == codes


@pytest.mark.parametrize("typed", ["28139175691", "08187040173", "28 1391756 91", "28/1391756/91", "011128139175691", "0111-28-1391756-91"])
def test_a_contribution_account_is_accepted_with_and_without_regime(typed: str) -> None:
    ccc = Ccc(typed)
    assert ccc.isdigit()
    assert ccc.regime + ccc.account == ccc


def test_a_contribution_account_gives_its_regime_and_account() -> None:
    assert (Ccc("011128139175691").regime, Ccc("011128139175691").account, Ccc("28139175691").regime) == ("0111", "28139175691", "")


@pytest.mark.parametrize("number", ["28004865249", "28004865235"])
def test_both_checks_of_an_account_with_a_leading_zero_are_accepted_with_a_warning(number: str) -> None:
    assert [code for code, _ in warnings(Ccc(number))] == ["ccc_leading_zero"]


@pytest.mark.parametrize("typed", ["28139175692", "28004865253", "00000000000", "281391756", "0128139175691", "2813917569A", ""])
def test_a_wrong_contribution_account_is_refused(typed: str) -> None:
    with pytest.raises(InvalidCcc):
        Ccc(typed)


@pytest.mark.parametrize("typed", ["281234567840", "527575965274", "280001234520", "28/12345678/40", "28-00012345-20"])
def test_an_affiliation_number_is_accepted(typed: str) -> None:
    assert len(Naf(typed)) == 12


@pytest.mark.parametrize("typed", ["280001234563", "281234567841", "000000000000", "28123456784", "2812345678400", "28123456784X"])
def test_a_wrong_affiliation_number_is_refused_also_the_one_of_plain_concatenation(typed: str) -> None:
    with pytest.raises(InvalidNaf):
        Naf(typed)


@given(st.integers(1, 99), st.integers(0, 99_999_999), st.integers(0, 96))
def test_exactly_one_check_fits_an_affiliation_number(province: int, number: int, check: int) -> None:
    base = province * 10**7 + number if number < 10**7 else province * 10**8 + number
    text = f"{province:02}{number:08}{check:02}"
    if check == base % 97:
        assert Naf(text) == text
    else:
        with pytest.raises(InvalidNaf):
            Naf(text)


@pytest.mark.parametrize(
    ("province", "codes"), [(1, []), (52, []), (53, ["unusual_province"]), (66, ["unusual_province"]), (99, ["unusual_province"])]
)
def test_a_province_out_of_the_usual_ones_is_accepted_with_a_warning(province: int, codes: list[str]) -> None:
    base = f"{province:02}1391756"
    assert [code for code, _ in warnings(Ccc(f"{base}{int(base) % 97:02}"))] == codes
