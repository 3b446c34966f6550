"""Sentences for people: Spanish where they are made, in each reader's language where they are shown.

A service makes a sentence with `said`, and from there on it is plain text: in a refusal, an answer, a row, the API, a log. `make texts`
takes every `said` into the files of the other languages. The gateway knows each sentence again by its words, and what was put into it, when
it shows it: so nothing on the wire and in no table is of a language's making, and what was stored years ago is translated too.

Trap: two sentences that could be taken for each other when filled in would be shown wrong; a test fills in every one and looks. A sentence
put together from parts (`a + b`) is known again only if each part is a value of a sentence and made with `said` itself.
"""

from __future__ import annotations


def said(sentence: str, **values: object) -> str:
    """The sentence with its values: `said("No pase de {most} filas.", most=5000)`; without values as it stands, to be filled in later."""
    return sentence.format(**values) if values else sentence
