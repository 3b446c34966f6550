"""The terms that an edict states in its own words: "plazo de diez (10) días hábiles", "plazo de un mes".

Situation: the text comes out of a PDF, with line breaks anywhere, in capitals or without accents. Only what is introduced by the word
"plazo" is a term: the law's own sentence about the days after which an edict is served ("transcurrido el período de veinte días
naturales desde que …") is not, nor when an issuer writes it with "plazo".

Traps: "días" alone is neither natural nor working; the regime decides. Some edicts count from the publication itself although their
regime counts from the later day on which they are deemed served; the words around the term say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_WORDS: Final = {
    "un": 1, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "cuarenta y cinco": 45, "sesenta": 60, "noventa": 90,
}  # fmt: skip
_NUMBER: Final = r"\d{1,3}|" + "|".join(sorted(_WORDS, key=len, reverse=True))
_TERM: Final = re.compile(
    rf"\bplazo\b[^.;:]{{0,60}}?\bde\s+(?:los\s+)?(?P<number>{_NUMBER})(?:\s*\(\s*\w+\s*\))?\s+"
    r"(?P<unit>d[ií]as?|mes(?:es)?)(?:\s+(?P<kind>naturales|natural|h[aá]biles|h[aá]bil))?\b",
    re.IGNORECASE,
)
_FROM_PUBLICATION: Final = re.compile(r"(?:siguientes?\s+al?|desde|a\s+partir\s+de)\b[^.;]{0,40}?\bpublicaci[oó]n", re.IGNORECASE)
_ELAPSED: Final = re.compile(r"transcurrid\w+\s+(?:\w+\s+){0,2}$", re.IGNORECASE)
_TO_APPEAR: Final = re.compile(r"comparec|personarse", re.IGNORECASE)
_SENTENCE_END: Final = re.compile(r"[.;](?:\s|$)")
_LONGEST_DAYS: Final = 366


@dataclass(frozen=True)
class Term:
    """A term as written: `count` of `unit` (`natural`, `working`, `days` when not said which, or `months`).

    `to_appear`: its sentence is about appearing to be notified. `from_publication`: it says that it counts from the publication.
    """

    count: int
    unit: str
    to_appear: bool
    from_publication: bool
    quote: str


def terms_in(text: str) -> list[Term]:
    """Every term stated in the text, in order, each once."""
    return list(dict.fromkeys(_read(" ".join(text.split()))))


def _read(text: str) -> Iterator[Term]:
    for found in _TERM.finditer(text):
        count = _number(found["number"])
        if 1 <= count <= _LONGEST_DAYS and not _ELAPSED.search(text[max(0, found.start() - 60) : found.start()]):
            after = _until_sentence_end(text, found.end())
            sentence = text[_sentence_start(text, found.start()) : found.end()] + after
            from_publication = _FROM_PUBLICATION.search(after) is not None
            yield Term(count, _unit(found), _TO_APPEAR.search(sentence) is not None, from_publication, found[0])


def _number(written: str) -> int:
    return int(written) if written.isdigit() else _WORDS[written.lower()]


def _unit(found: re.Match[str]) -> str:
    if found["unit"].lower().startswith("m"):
        return "months"
    kind = (found["kind"] or "").lower()
    return "natural" if kind.startswith("n") else "working" if kind else "days"


def _sentence_start(text: str, position: int) -> int:
    """Where the sentence around the position starts."""
    return max((end.end() for end in _SENTENCE_END.finditer(text, 0, position)), default=0)


def _until_sentence_end(text: str, position: int) -> str:
    """What follows in the same sentence, up to the next term: that one has words of its own."""
    ends = [found.start() for found in (_SENTENCE_END.search(text, position), _TERM.search(text, position)) if found]
    return text[position : min(ends, default=len(text))]
