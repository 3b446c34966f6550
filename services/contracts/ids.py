"""The identifiers of people and companies, valid by construction: `TaxId` (NIF), `Ccc` and `Naf` (Social Security).

A value of these types has passed its check once and for ever, and is a plain `str` in canonical form: capitals and
digits, no separators. What a person types (spaces, dots, hyphens, slashes, lower case, the prefix ES of a NIF) is accepted.

Traps: Python's `upper` and `isdigit` turn foreign letters and digits into ours (a dotless i becomes I), so anything
that is not ASCII is refused first. The check number of a NAF is computed over fewer digits when its number is small;
plain concatenation is the well-known error. A CCC whose number starts with 0 is computed in two ways in the wild and no
real one decided between them: both are accepted and `warnings` says so. The text refused is in the error's attribute
and never in its message, because messages reach the logs.

Sources: RD 1553/2005 (DNI), Orden INT/2058/2008 (NIE), Orden EHA/451/2008 (NIF of companies), RD 84/1996 (numbers of the
Social Security).
"""

from __future__ import annotations

import re
from typing import Final

from services.contracts.sentences import said

_SEPARATORS: Final = str.maketrans("", "", " .-/\t\r\n\u00a0\u2010\u2011\u2013")
_LONGEST_TYPED: Final = 40
_PERSON_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_PERSON_SHAPE: Final = re.compile(r"[0-9XYZKLM][0-9]{7}[A-Z]")
_COMPANY_SHAPE: Final = re.compile(r"[ABCDEFGHJNPQRSUVW][0-9]{7}[0-9A-J]")
_COMPANY_LETTERS: Final = "JABCDEFGHI"
_FIRST_DIGIT: Final = {"X": "0", "Y": "1", "Z": "2", "K": "0", "L": "0", "M": "0"}
_KINDS: Final = {**dict.fromkeys("0123456789", "dni"), **dict.fromkeys("XYZ", "nie"), **dict.fromkeys("KLM", "klm")}
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_ALWAYS_LETTER: Final = "PQRSNW"
_ALWAYS_DIGIT: Final = "ABEH"

_NOT_A_NIF: Final = said("No tiene la forma de un NIF: son ocho cifras y una letra, o una letra, siete cifras y un carácter de control.")
_WRONG_LETTER: Final = said("La letra no corresponde al número: revise las cifras y la letra.")
_WRONG_CONTROL: Final = said("El carácter de control no corresponde al número: revise las cifras y el último carácter.")
_NOT_A_CCC: Final = said("No tiene la forma de un código de cuenta de cotización: son 11 cifras, o 15 con el régimen delante.")
_NOT_A_NAF: Final = said("No tiene la forma de un número de afiliación: son 12 cifras.")
_WRONG_CHECK: Final = said("Las dos últimas cifras no corresponden al número: revise todas las cifras.")
_NO_PROVINCE: Final = said("Las dos primeras cifras son la provincia y la provincia 00 no existe.")


class InvalidIdentifier(ValueError):
    """What was typed is no such identifier. `reason` is a Spanish sentence for the person who typed `text`."""

    def __init__(self, text: str, reason: str) -> None:
        super().__init__(reason)
        self.text = text
        self.reason = reason

    def __reduce__(self) -> tuple[type[InvalidIdentifier], tuple[str, str]]:
        """Pickles with both arguments; an exception's own way keeps only the message."""
        return type(self), (self.text, self.reason)


class InvalidTaxId(InvalidIdentifier):
    """Not a NIF, NIE or CIF."""


class InvalidCcc(InvalidIdentifier):
    """Not a contribution account code (código de cuenta de cotización)."""


class InvalidNaf(InvalidIdentifier):
    """Not an affiliation number (número de afiliación, NUSS)."""


class TaxId(str):
    """A Spanish tax identifier: NIF of a person (DNI, NIE, K/L/M) or of a company (CIF). Nine characters.

    Raises `InvalidTaxId`. A DNI that lost its leading zeros is refused here; see `read_printed_tax_id`.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> TaxId:
        number = _compact(text)
        if len(number) == 11 and number.startswith("ES"):
            number = number[2:]
        if _PERSON_SHAPE.fullmatch(number):
            if number[8] != _person_letter(number):
                raise InvalidTaxId(text, _WRONG_LETTER)
        elif not _COMPANY_SHAPE.fullmatch(number):
            raise InvalidTaxId(text, _NOT_A_NIF)
        elif number[8] not in company_controls(number):
            raise InvalidTaxId(text, _WRONG_CONTROL)
        return str.__new__(cls, number)

    @property
    def kind(self) -> str:
        """`dni`, `nie`, `klm` (a person without either) or `cif`."""
        return _KINDS.get(self[0], "cif")

    @property
    def is_person(self) -> bool:
        """True for DNI, NIE and K/L/M; False for every CIF, those of communities of goods too."""
        return self[0] in _KINDS


class Ccc(str):
    """A contribution account of an employer: 11 digits PP NNNNNNN CC, or 15 with the four of the régimen before.

    Raises `InvalidCcc`. The régimen takes no part in the check.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Ccc:
        number = _compact(text)
        if len(number) not in (11, 15) or not number.isdigit():
            raise InvalidCcc(text, _NOT_A_CCC)
        account = number[-11:]
        if account.startswith("00"):
            raise InvalidCcc(text, _NO_PROVINCE)
        if int(account[9:]) not in _ccc_checks(account):
            raise InvalidCcc(text, _WRONG_CHECK)
        return str.__new__(cls, number)

    @property
    def regime(self) -> str:
        """The régimen's four digits (`0111` is the general one), or the empty string when it was not given."""
        return self[:-11]

    @property
    def account(self) -> str:
        """The 11 digits without régimen: equal for the two ways of writing one account."""
        return self[-11:]

    @property
    def province(self) -> str:
        """Two digits, `01` to `52` as a rule."""
        return self.account[:2]


class Naf(str):
    """A person's affiliation number: 12 digits PP NNNNNNNN CC. Raises `InvalidNaf`."""

    __slots__ = ()

    def __new__(cls, text: str) -> Naf:
        number = _compact(text)
        if len(number) != 12 or not number.isdigit():
            raise InvalidNaf(text, _NOT_A_NAF)
        if number.startswith("00"):
            raise InvalidNaf(text, _NO_PROVINCE)
        if int(number[10:]) != naf_check(number[:2], number[2:10]):
            raise InvalidNaf(text, _WRONG_CHECK)
        return str.__new__(cls, number)

    @property
    def province(self) -> str:
        """Two digits, `01` to `52` as a rule."""
        return self[:2]


def read_printed_tax_id(text: str) -> TaxId:
    """The tax id of an edict's table, where issuers drop the leading zeros of a DNI or print an old NIE with one more.

    `1234567L` is read as `01234567L`, `X01234567L` as `X1234567L`. Never for what a person types: there a missing
    digit is a mistake to show. Raises `InvalidTaxId`.
    """
    number = _compact(text)
    if re.fullmatch(r"[0-9]{5,7}[A-Z]", number):
        return TaxId(number.zfill(9))
    if re.fullmatch(r"[XYZ]0[0-9]{7}[A-Z]", number):
        return TaxId(number[0] + number[2:])
    return TaxId(text)


def warnings(identifier: TaxId | Ccc | Naf) -> list[tuple[str, str]]:
    """What is accepted and still deserves a second look, as pairs (code, Spanish sentence); empty as a rule."""
    if isinstance(identifier, TaxId):
        return _company_warnings(identifier)
    found = []
    if not 1 <= int(identifier.province) <= 52:
        found.append(
            (
                "unusual_province",
                said("La provincia {province} no es de las usuales (01 a 52): compruebe el número.", province=identifier.province),
            )
        )
    if isinstance(identifier, Ccc) and identifier.account[2] == "0":
        found.append(("ccc_leading_zero", said("El número empieza por cero y su control se calcula de dos maneras: compruebe el código.")))
    return found


def company_controls(number: str) -> str:
    """The two control characters, digit and letter, that fit the first eight characters of a CIF."""
    total = int(number[2]) + int(number[4]) + int(number[6])
    total += _DOUBLED[int(number[1])] + _DOUBLED[int(number[3])] + _DOUBLED[int(number[5])] + _DOUBLED[int(number[7])]
    control = -total % 10
    return f"{control}{_COMPANY_LETTERS[control]}"


def naf_check(province: str, number: str) -> int:
    """The check number (0 to 96) of an affiliation: `province` of 2 digits, `number` of 8."""
    digits = number[1:] if number[0] == "0" else number
    return int(province + digits) % 97


def _person_letter(number: str) -> str:
    """The letter of the first eight characters of a DNI, NIE or K/L/M."""
    first = number[0]
    return _PERSON_LETTERS[int(_FIRST_DIGIT.get(first, first) + number[1:8]) % 23]


def _ccc_checks(account: str) -> set[int]:
    """The check numbers that an account of 11 digits may carry: two when its number starts with 0."""
    checks = {int(account[:9]) % 97}
    if account[2] == "0":
        checks.add(int(account[:2] + account[3:9]) % 97)
    return checks


def _company_warnings(tax_id: TaxId) -> list[tuple[str, str]]:
    """Says when a CIF carries a digit where its kind takes a letter, or the reverse.

    A number that starts with 00 takes a letter by one rule and, in the kinds of `_ALWAYS_DIGIT`, a digit by another: either is usual.
    """
    first, control = tax_id[0], tax_id[8]
    from_zero = tax_id[1:3] == "00"
    if control.isdigit() and (first in _ALWAYS_LETTER or (from_zero and first not in _ALWAYS_DIGIT)):
        return [("cif_control_letter", said("Los NIF de esta clase suelen terminar en letra: compruebe el último carácter."))]
    if not control.isdigit() and first in _ALWAYS_DIGIT and not from_zero:
        return [("cif_control_digit", said("Los NIF de esta clase suelen terminar en cifra: compruebe el último carácter."))]
    return []


def _compact(text: str) -> str:
    """What was typed in capitals without separators; empty when it cannot be an identifier at all."""
    if not isinstance(text, str) or len(text) > _LONGEST_TYPED:
        return ""
    bare = text.translate(_SEPARATORS)
    return bare.upper() if bare.isascii() else ""
