"""Text of edicts → the tax ids they name, and whether anybody watches them. Pure.

Input is text in the form of `layout` (TAB between cells, VT between the lines of one cell, a line a row). Issuers print ids with
dots, hyphens, spaces, the prefix ES, without leading zeros, and columns break them over two lines; the control character decides.
Traps: capitals are demanded wherever a space or a line break stands before the control letter, because "1234567 y" and "12345 a"
are prose; a CIF is printed with either of two control characters, so an id is compared by its first eight characters.
Invariant: no match crosses the border of a cell. Limits: a DNI without its letter is not recognised, nor one cut by a page's end.

Sources: RD 1553/2005 (DNI), Orden INT/2058/2008 (NIE), Orden EHA/451/2008 (CIF).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator
from hashlib import blake2b
from operator import itemgetter
from typing import NamedTuple

from services.contracts.ids import company_controls

HASH_BYTES = 16
SNIPPET_SIDE = 160

_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_DASH = r"\-\u2010-\u2015\u2212\u00ad"
_JOINT = rf"[ \u00a0]?[{_DASH}./]?[ \u00a0]?"  # Between the parts of an id.
_TIGHT = rf"[{_DASH}./]?"  # The same without a space.
_DOT = r"[. \u00a0]"
_DIGITS = f"(?:[0-9]{{7,8}}|(?<![0-9][.])[0-9]{{1,2}}{_DOT}[0-9]{{3}}{_DOT}[0-9]{{3}})"
_FEW_DIGITS = r"(?<![0-9][.])(?:[0-9]{5,6}|[0-9]{2,3}\.[0-9]{3})"
_CONTROL = f"(?:{_JOINT}[{_LETTERS}]|{_TIGHT}[{_LETTERS.lower()}])"
_COMPANY_CONTROL = f"(?:{_JOINT}[0-9A-J]|{_TIGHT}[a-j])"
_COMPANY_DIGITS = f"(?:[0-9]{{7}}|[0-9]{{2}}{_DOT}[0-9]{{3}}{_DOT}[0-9]{{2}}|[0-9]{_DOT}[0-9]{{3}}{_DOT}[0-9]{{3}})"

_FROM_DIGIT = f"{_DIGITS}{_CONTROL}|{_FEW_DIGITS}{_TIGHT}[{_LETTERS}{_LETTERS.lower()}]"
_FROM_LETTER = (
    f"(?:[K-MX-Z]{_JOINT}|[k-mx-z]{_TIGHT})(?:{_DIGITS}|[0-9]{{6}}){_CONTROL}"
    f"|(?:[A-HJNP-SUVW]{_JOINT}|[a-hjnp-suvw]{_TIGHT}){_COMPANY_DIGITS}{_COMPANY_CONTROL}"
)
_GLUED = f"(?:ES|NIF|CIF|DNI|NIE)[{_DASH} .:]?"
# The look-ahead of each branch turns most words and numbers away at once: that is half as fast again.
CANDIDATE = re.compile(
    rf"(?<![^\W_])(?:(?=[0-9]{{3}}|[0-9]{{1,2}}{_DOT})(?:{_FROM_DIGIT})"
    rf"|(?=[A-Za-z][^A-Za-z\t\n\v]|ES|NI|CI|DN)(?:{_GLUED}(?:{_FROM_DIGIT}|{_FROM_LETTER})|{_FROM_LETTER}))(?![^\W_])"
)
_PREFIX = re.compile(r"(?:ES|NIF|CIF|DNI|NIE)")
_NOT_OF_AN_ID = re.compile(r"[^0-9A-Z]")
# A break can only have cut an id where one of its sides is a digit.
_CUT = re.compile(rf"\v(?:(?:(?<=[0-9]\v)|(?<=[0-9][{_DASH}./]\v))(?=[0-9A-Z])|(?:(?<=[A-Za-z]\v)|(?<=[A-Za-z][{_DASH}./]\v))(?=[0-9]))")
_LEADING = {"Y": "1", "Z": "2"}
_LONGEST = 24
_SHORT_LINE = 8


class Mention(NamedTuple):
    """A tax id that a text names. `page` and `row` count from 1; `snippet` is its row, cells parted by " | ", shortened."""

    tax_id: str
    page: int
    row: int
    snippet: str


def watch_hash(key: bytes, tax_id: str) -> bytes:
    """What the watch list keeps of a canonical tax id: keyed BLAKE2b, 16 bytes. `key` has 16 to 64 bytes.

    The ninth character is left out: it follows from the first eight, and a CIF is printed with either of two.
    """
    return blake2b(tax_id[:8].encode(), digest_size=HASH_BYTES, key=key).digest()


def mentions(pages: Iterable[str]) -> Iterator[Mention]:
    """Every tax id of a document, page by page; one named twice in a row is yielded once."""
    for number, text in enumerate(pages, 1):
        yield from _mentions(text, number, tax_ids(text))


def watched_mentions(pages: Iterable[str], key: bytes, watched: Container[bytes]) -> list[Mention]:
    """The mentions whose hash is in `watched`, in the same order."""
    found: list[Mention] = []
    for number, text in enumerate(pages, 1):
        found += _mentions(text, number, [named for named in tax_ids(text) if watch_hash(key, named[0]) in watched])
    return found


def tax_ids(text: str) -> Iterator[tuple[str, int]]:
    """(canonical tax id, where it is printed) for each one on one line, then for those that the end of a line cuts."""
    at = 0
    while candidate := CANDIDATE.search(text, at):
        tax_id = _canonical(candidate[0])
        if tax_id:
            yield tax_id, candidate.start()
        # "F 12345678-Z" begins like a CIF, and by chance may be one: what ends in a digit may also be the number of a DNI.
        at = candidate.end() if tax_id and tax_id[-1].isalpha() else candidate.start() + 1
    read_to = 0
    for cut in _CUT.finditer(text):
        # A piece of an id that was put together already is not the beginning of another.
        if cut.start() >= read_to and (joined := _across(text, cut.end())):
            tax_id, read_to = joined
            yield tax_id, cut.start()


def _canonical(printed: str) -> str | None:
    """The nine characters of what CANDIDATE found, when its control character is right: "1.234.567-l" is 01234567L."""
    number = printed.upper()
    if not number.isalnum():
        number = _NOT_OF_AN_ID.sub("", number)
    if number[1].isalpha():
        number = _PREFIX.sub("", number, count=1)
    first, middle, control = number[0], number[1:-1], number[-1]
    if first in "0123456789":
        number = number.zfill(9)
        return number if control == _LETTERS[int(number[:8]) % 23] else None
    if first not in "KLMXYZ":
        return number if control in company_controls(number) else None
    middle = middle[1:] if len(middle) == 8 and middle[0] == "0" else middle.zfill(7)
    is_right = len(middle) == 7 and control == _LETTERS[int(_LEADING.get(first, "") + middle) % 23]
    return first + middle + control if is_right else None


def _across(text: str, start: int) -> tuple[str, int] | None:
    """The tax id that the line break just before `start` cuts, and where its last line ends; a narrow cell may cut it many times."""
    before = re.split(r"[\t\v\n]", text[max(0, start - 1 - _LONGEST) : start - 1])[-1]
    after, end = "", start - 1
    for line in re.split(r"[\t\n]", text[start : start + 2 * _LONGEST], maxsplit=1)[0].split("\v"):
        after, end = after + line, end + 1 + len(line)
        for candidate in CANDIDATE.finditer(before + after):
            if candidate.start() < len(before) < candidate.end() and candidate[0].isupper() and (tax_id := _canonical(candidate[0])):
                return tax_id, end
        if len(line) > _SHORT_LINE:
            break
    return None


def _mentions(text: str, page: int, named: Iterable[tuple[str, int]]) -> Iterator[Mention]:
    rows = [0, *(end.end() for end in re.finditer("\n", text))]
    seen = set()
    for tax_id, at in sorted(named, key=itemgetter(1)):
        row = bisect_right(rows, at)
        if (tax_id, row) not in seen:
            seen.add((tax_id, row))
            yield Mention(tax_id, page, row, _snippet(text, rows[row - 1], at))


def _snippet(text: str, row_start: int, at: int) -> str:
    part = text[max(row_start, at - SNIPPET_SIDE) : at + SNIPPET_SIDE].split("\n", 1)[0]
    return part.replace("\t", " | ").replace("\v", " ")
