"""Identifiers made up for tests, valid and each given once a run: counted, never taken from the texts of a law or specification."""

from __future__ import annotations

import itertools

from services.contracts.ids import company_controls, naf_check

LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
numbers = itertools.count(20_000_001)


def tax_id() -> str:
    """The NIF of a person."""
    number = next(numbers)
    return f"{number}{LETTERS[number % 23]}"


def company_tax_id() -> str:
    number = next(numbers) % 10_000_000
    return f"B{number:07}{company_controls(f'B{number:07}')[0]}"


def naf(province: str = "28") -> str:
    number = f"{next(numbers):08}"
    return f"{province}{number}{naf_check(province, number):02}"


def ccc(province: str = "08") -> str:
    number = next(numbers) % 1_000_000 + 1_000_000
    return f"{province}{number}{int(f'{province}{number}') % 97:02}"
