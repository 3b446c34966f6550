"""Text of edicts → the sentences in which they state terms, without whom they name. Pure.

Situation: one paragraph often names a person and sets the term, and every deadline hangs on the term's words ("comparecer", "contados desde
la publicación" too). What is kept is told to every firm with a client in the edict. So a paragraph that names somebody gives nothing but
words out of a list that holds neither names nor numbers, but for the number right before "días" or "meses"; "…" stands for the rest.
No tax id can be left in that, however it is spelled or broken. A paragraph that names nobody gives its sentences as they are.

Sentences end where the reading of deadlines ends them: at a full stop or semicolon before a space. Sentences that state a term come first,
and only whole ones are kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from services.teu_watcher.matching import CANDIDATE, tax_ids

LONGEST_TERMS = 2_000
LONGEST_SENTENCE = 600  # Whoever writes more without a full stop would leave no room for the others.

_NUMBER = (
    r"(?:\d{1,3}|uno?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta|cuarenta(?:\s+y\s+cinco)?|"
    r"sesenta|noventa)"
)
_LENGTH = rf"(?<![\w.,/-]){_NUMBER}(?:\s*\(\s*{_NUMBER}\s*\))?\s+(?:d[ií]as?|mes(?:es)?)(?:\s+(?:natural(?:es)?|h[aá]bil(?:es)?))?\b"
_WORDS = (
    r"plazo|d[ií]as?|mes(?:es)?|naturales|h[aá]biles|a|al|ante|con|contra|de|del|desde|en|para|por|y|o|que|se|no|su|el|la|los|las|una?|"
    r"est[ea]|es[ea]|dich[oa]|citad[oa]|mencionad[oa]|referid[oa]|indicad[oa]|señalad[oa]|anterior|transcurrid[oa]s?|siguientes?|partir|"
    r"contad[oa]s?|contar|computad[oa]s?|m[aá]ximo|improrrogable|com[uú]n|[uú]nico|voluntario|legal|dispone[n]?|concede[n]?|otorga[n]?|"
    r"presentar|formular|interponer|efectuar|realizar|alegar|alegaciones|recursos?|reposici[oó]n|alzada|ingreso|pago|audiencia|"
    r"publicaci[oó]n|publicad[oa]|anuncio|edicto|notificaci[oó]n|recepci[oó]n|(?:in)?comparec[a-zé]*|personarse"
)
_TERM = re.compile(r"\bplazo\b", re.IGNORECASE)
_STATED = re.compile(_LENGTH, re.IGNORECASE)
_KEPT = re.compile(rf"{_LENGTH}|\b(?:{_WORDS})\b|:", re.IGNORECASE)
_LEFT_OVER = re.compile(r"(?:… (?:\w{1,4} ){1,3})+…")  # "… con la … y …": joints of what was left out.
_SENTENCE_END = re.compile(r"(?<=[.;])\s+")


def terms_of(pages: Iterable[str]) -> str:
    """The sentences that speak of a term, a line each, in at most LONGEST_TERMS characters. `pages` in the form of `layout`."""
    paragraphs = (paragraph for page in pages for paragraph in page.split("\n") if "plazo" in paragraph.lower())
    found = dict.fromkeys(sentence for paragraph in paragraphs for sentence in _sentences(paragraph))
    kept, left = [], LONGEST_TERMS
    for sentence in sorted(found, key=lambda sentence: not _states(sentence)):
        if len(sentence) < left:
            kept.append(sentence)
            left -= len(sentence) + 1
    return "\n".join(kept)


def _sentences(paragraph: str) -> Iterator[str]:
    """Those with a term, each with its full stop, so that two of them are never read as one."""
    flat = " ".join(paragraph.split())
    names_somebody = CANDIDATE.search(flat) or any(True for _ in tax_ids(paragraph))
    for sentence in _SENTENCE_END.split(flat):
        if "plazo" not in sentence.lower():
            continue
        if not names_somebody and len(sentence) <= LONGEST_SENTENCE:
            yield sentence if sentence.endswith((".", ";")) else f"{sentence}."
        elif _states(sentence):
            yield _words_of_terms(sentence)


def _states(sentence: str) -> bool:
    """Whether a length follows the word; in two steps, because one pattern would take a hostile page quadratic time."""
    term = _TERM.search(sentence)
    return term is not None and _STATED.search(sentence, term.end()) is not None


def _words_of_terms(sentence: str) -> str:
    pieces: list[str] = []
    at = 0
    for found in _KEPT.finditer(sentence):
        if sentence[at : found.start()].strip(" ,"):
            pieces.append("…")
        pieces.append(found[0])
        at = found.end()
    return _LEFT_OVER.sub("…", " ".join(pieces)) + "."
