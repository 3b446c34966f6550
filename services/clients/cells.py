"""The own layout of clients in a CSV: columns, and what a cell holds. Pure.

`;` between cells, UTF-8 with its mark, because that is what Excel in Spain opens as a table with its accents right. Numbers are separated
by spaces, groups by `|`. Trap: a spreadsheet runs a cell that begins like a formula, and names and notes are typed by anybody; so such a
cell gets an apostrophe in front, and one that begins with an apostrophe gets another.
Invariant: `plain` undoes `neutral`, so that what was exported can be imported.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from services.contracts.rpc import Json

ADDRESS: Final = ("street", "postal_code", "city", "province", "country")
NUMBERS: Final = ("ccc", "naf")
FLAGS: Final = ("receives_notifications", "watch_edicts")
COLUMNS: Final = ("tax_id", "name", "email", *ADDRESS, "notes", *NUMBERS, *FLAGS, "groups")
MARK: Final = "\ufeff"
DELIMITER: Final = ";"
BETWEEN_GROUPS: Final = "|"
YES, NO = "sí", "no"
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")


def neutral(text: str) -> str:
    """The text as a cell that no spreadsheet runs."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def plain(cell: str) -> str:
    """What was written by `neutral`; anything else stays as it is."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def head() -> str:
    return MARK + lines([COLUMNS])


def lines(rows: Iterable[Iterable[str]]) -> str:
    """The rows as text, each ended as RFC 4180 says."""
    text = io.StringIO()
    csv.writer(text, delimiter=DELIMITER, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def row_of(client: Json, group_names: Iterable[str]) -> list[str]:
    """`client` has the fields of `schemas.clients.Client` down to the flags."""
    flags = (YES if client[name] else NO for name in FLAGS)
    numbers = (" ".join(client["social_security"][name]) for name in NUMBERS)
    address = (client["postal_address"][name] for name in ADDRESS)
    texts = (client["tax_id"], client["name"], client["email"], *address, client["notes"])
    return [neutral(cell) for cell in (*texts, *numbers, *flags, BETWEEN_GROUPS.join(group_names))]
