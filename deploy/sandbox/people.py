"""Invented people and companies, the same for the same seed: what the sandbox and the demo plant.

Every identifier is valid by construction and drawn from blocks that, as far as is known, are not in use (DNI above 90 million,
NIE Z9, K/L/M 9, company numbers 68), so that a demo never carries the number of somebody who exists nor one printed in a manual.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

from services.contracts.ids import Ccc, Naf, TaxId, company_controls, naf_check

_LETTERS: Final = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE_LETTER_VALUE: Final = {"Z": "2", "K": "", "L": "", "M": ""}
_COMPANY_KINDS: Final = "AB"
_GIVEN: Final = (
    "Amaia",
    "Bruno",
    "Carla",
    "Dídac",
    "Elvira",
    "Fermín",
    "Gala",
    "Hugo",
    "Iria",
    "Joel",
    "Koldo",
    "Laia",
    "Martín",
    "Nerea",
    "Olalla",
    "Pau",
    "Quima",
    "Rubén",
    "Sara",
    "Telmo",
    "Uxía",
    "Vega",
    "Xoán",
    "Zoe",
)
_SURNAMES: Final = (
    "Abad",
    "Beltrán",
    "Carmona",
    "Domènech",
    "Echarri",
    "Figueras",
    "Galdós",
    "Hervás",
    "Iriarte",
    "Jorquera",
    "Llopis",
    "Montero",
    "Núñez",
    "Ochoa",
    "Pazos",
    "Quirós",
    "Rivas",
    "Salvatierra",
    "Tejada",
    "Urrutia",
    "Vilar",
    "Zamora",
)
_TRADES: Final = (
    "Talleres",
    "Transportes",
    "Panadería",
    "Instalaciones",
    "Viveros",
    "Imprenta",
    "Carpintería",
    "Conservas",
    "Clínica dental",
    "Distribuciones",
    "Bodegas",
    "Lavandería",
)
_PLACES: Final = (
    "del Aliso",
    "de la Ribera",
    "Peña Alta",
    "del Faro Viejo",
    "Las Encinas",
    "Monte Claro",
    "del Molino Nuevo",
    "Tres Caños",
    "La Alondra",
    "Valdefresno",
    "Puerto Gris",
    "El Tejar",
)
_FORMS: Final = {"A": "S.A.", "B": "S.L."}


@dataclass(frozen=True)
class Party:
    """A person or a company: tax id and the name that bodies print."""

    tax_id: TaxId
    name: str


def generate_tax_id(random: Random, kind: str) -> TaxId:
    """A valid, unused number of `kind`: `dni`, `nie`, `klm` or `cif`. Raises `KeyError` for another kind."""
    return _GENERATORS[kind](random)


def generate_ccc(random: Random, regime: str = "") -> Ccc:
    """A valid contribution account of 11 digits, or 15 when the `regime` of four is given."""
    account = f"{random.randint(1, 52):02}{random.randint(9_000_000, 9_999_999)}"
    return Ccc(f"{regime}{account}{int(account) % 97:02}")


def generate_naf(random: Random) -> Naf:
    """A valid affiliation number; one in four is small, so that both ways of computing the check appear."""
    province = f"{random.randint(1, 52):02}"
    number = f"{random.randint(1, 9_999_999) if random.random() < 0.25 else random.randint(90_000_000, 99_999_999):08}"
    return Naf(f"{province}{number}{naf_check(province, number):02}")


def invent_person(random: Random) -> Party:
    """A person with DNI, or with NIE one time in eight; the name as `SURNAME SURNAME, GIVEN` in capitals."""
    tax_id = generate_tax_id(random, "nie" if random.random() < 0.125 else "dni")
    first, second = random.sample(_SURNAMES, 2)
    return Party(tax_id, f"{first} {second}, {random.choice(_GIVEN)}".upper())


def invent_company(random: Random) -> Party:
    """A company (S.A. or S.L.) with the CIF of its form."""
    tax_id = generate_tax_id(random, "cif")
    return Party(tax_id, f"{random.choice(_TRADES)} {random.choice(_PLACES)} {_FORMS[tax_id[0]]}".upper())


def invent_parties(random: Random, count: int) -> list[Party]:
    """`count` parties with different tax ids, about two companies to each person."""
    parties: dict[TaxId, Party] = {}
    while len(parties) < count:
        party = invent_company(random) if random.random() < 0.66 else invent_person(random)
        parties.setdefault(party.tax_id, party)
    return list(parties.values())


def _generate_dni(random: Random) -> TaxId:
    number = random.randint(90_000_000, 98_999_999)
    return TaxId(f"{number}{_LETTERS[number % 23]}")


def _generate_nie(random: Random) -> TaxId:
    return _lettered("Z", random)


def _generate_klm(random: Random) -> TaxId:
    return _lettered(random.choice("KLM"), random)


def _lettered(first: str, random: Random) -> TaxId:
    number = str(random.randint(9_000_000, 9_999_999))
    return TaxId(f"{first}{number}{_LETTERS[int(_NIE_LETTER_VALUE[first] + number) % 23]}")


def _generate_cif(random: Random) -> TaxId:
    number = f"{random.choice(_COMPANY_KINDS)}68{random.randint(0, 99_999):05}"
    return TaxId(number + company_controls(number)[0])


_GENERATORS: Final = {"dni": _generate_dni, "nie": _generate_nie, "klm": _generate_klm, "cif": _generate_cif}
