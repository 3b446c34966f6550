"""What services say, in the reader's language: a sentence is known again by its words.

Services speak Spanish (`services.contracts.sentences`), and what they said arrives as plain text, some of it out of rows that are old.
Each sentence of the language's file either stands there as it is, or has places for values, and then matches any text that differs from it
in those places only; the one with most words of its own is tried first. A value may itself be such a sentence (the cure at the end of a
refusal). Text that is no sentence of ours, a name for example, stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.mofile import read_mo
from flask_babel import get_locale

TRANSLATIONS = Path(__file__).parent / "web" / "translations"
PLACE = re.compile(r"\{(\w+)\}")


class Sentences:
    """Spanish → one language. Without translations everything stays as it is."""

    def __init__(self, translations: Mapping[str, str]):
        self.whole = {spanish: words for spanish, words in translations.items() if not PLACE.search(spanish)}
        with_places = sorted(translations.keys() - self.whole.keys(), key=lambda spanish: len(PLACE.sub("", spanish)), reverse=True)
        self.shapes = [(shape_of(spanish), translations[spanish]) for spanish in with_places]

    def told(self, text: str) -> str:
        if text in self.whole:
            return self.whole[text]
        for shape, words in self.shapes:
            if found := shape.fullmatch(text):
                return words.format(**{name: self.told(value) for name, value in found.groupdict().items()})
        return text


def shape_of(spanish: str) -> re.Pattern[str]:
    """`PLACE.split` gives the words before a place and the name of the place, by turns."""
    parts = PLACE.split(spanish)
    return re.compile("".join(f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL)


@cache
def sentences_in(language: str) -> Sentences:
    path = TRANSLATIONS / language / "LC_MESSAGES" / "sentences.mo"
    if not path.exists():
        return Sentences({})
    with path.open("rb") as file:
        return Sentences({str(message.id): str(message.string) for message in read_mo(file) if message.id})


def spoken() -> Sentences:
    """Those of the language of who is reading: what asks, in the middle of a request, and may keep them beyond its end."""
    return sentences_in(str(get_locale()))


def told(text: str | None) -> str:
    """In the language of who is reading; empty for nothing."""
    return spoken().told(text) if text else ""


def error_told(row: dict[str, Any], speech: Sentences | None = None) -> dict[str, Any]:
    """A row that may have ended with an error, `{code, message}`: the message in the language of who is reading."""
    error = row["error"]
    return row | {"error": error | {"message": (speech or spoken()).told(error["message"])}} if error else row
