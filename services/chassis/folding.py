"""What is searched: text without accents, capitals and punctuation, the same on every database. Pure.

`fold` gives words of letters and digits with one space between. What people put inside numbers and abbreviations goes without a trace
("12.345.678-Z", "S.L.", "Paral·lel"), everything else that is neither letter nor digit parts words. A search finds texts that hold each
word of the query: anywhere when it has three letters, only at the start of a word below that, or it would find nearly everything.

Invariant: folding what is folded changes nothing, and no character that LIKE reads as a pattern is left.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from services.contracts.ids import InvalidTaxId, TaxId

AT_A_BEGINNING: Final = "% "
_LONGEST_QUERY: Final = 200
_MOST_WORDS: Final = 10
_ANYWHERE_FROM: Final = 3
_LONGEST_SORT: Final = 100
_VANISHING: Final = re.compile(r"(?<=\w)[.·'’](?=\w)|(?<=\d)[-/](?=\w)|(?<=\w)[-/](?=\d)")


def fold(text: str) -> str:
    """Words in lower case without accents, one space between; empty when there is no letter or digit."""
    plain = _VANISHING.sub("", _bare(text))
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def search_text(*parts: str) -> str:
    """What is stored to be searched; it starts with a space, so that every word has one before it."""
    return f" {fold(' '.join(parts))}"


def sort_name(name: str) -> str:
    """What a name is sorted by; short enough for any index."""
    return fold(name)[:_LONGEST_SORT]


def patterns(query: str) -> list[str]:
    """The LIKE patterns that a `search_text` must match, every one of them. A whole tax id is one word however it is parted.

    A query without letter or digit ("%") finds nothing: the empty pattern, which only the empty text matches.
    """
    try:
        words = [TaxId(query).lower()]
    except InvalidTaxId:
        words = fold(query[:_LONGEST_QUERY]).split()[:_MOST_WORDS]
    if query.strip() and not words:
        return [""]
    return [f"%{word}%" if len(word) >= _ANYWHERE_FROM else f"{AT_A_BEGINNING}{word}%" for word in dict.fromkeys(words)]


def _bare(text: str) -> str:
    """Compatibility forms taken apart, lower case, combining marks dropped; repeated until nothing changes, as a rule once."""
    while True:
        apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
        if bare == text:
            return bare
        text = bare
