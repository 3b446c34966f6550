"""Which law an edict is notified under, because that decides when its terms begin. Pure.

The words of the law in the text say it; the title says it when the text cites nothing. Trap: Social Security collects debts with
the words of tax law and yet notifies by the general rule. Doubt falls to the general regime, whose terms begin first.

Sources: Ley 39/2015 art. 44 (general), Ley 58/2003 art. 112 (tax), RDLeg 6/2015 art. 91 (traffic).
"""

from __future__ import annotations

import re
from typing import Literal

Regime = Literal["general", "tax", "traffic"]

_UP_TO = r"[^;\n\t]{0,120}?"


def _cites(article: str, law: str) -> re.Pattern[str]:
    """Matches "artículos 90 y 91 de la ley…" and "ley…, artículo 91"."""
    named = rf"\bart(?:[íi]culos?|s?\.)\s*(?:[\d.,]++\s*+|[ye]\s++){{0,6}}?\b{article}\b"
    return re.compile(rf"{named}{_UP_TO}{law}|{law}{_UP_TO}{named}", re.IGNORECASE)


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives).replace(" ", r"\s+"), re.IGNORECASE)


_TAX_LAW = _cites("112", r"(?:\b58/2003\b|General\s+Tributaria)")
_TRAFFIC_LAW = _cites("9[012]", r"(?:\b6/2015\b|Ley\s+(?:sobre|de)\s+Tr[áa]fico)")
_GENERAL_LAW = _cites("4[46]", r"\b39/2015\b")
_SOCIAL_SECURITY = _words(r"seguridad social", r"\bTGSS\b")
_TRAFFIC = _words(r"\btr[áa]fico\b", r"seguridad vial", r"circulaci[óo]n")
_SANCTION = _words(r"sancionador", r"denuncias?\b", r"multas?\b", r"infracci[óo]n", r"infracciones")
_TAX = _words(r"tributari", r"\bimpuestos?\b", r"\btasas?\b", r"procedimientos? de (?:apremio|recaudaci[óo]n|inspecci[óo]n)")


def regime_of(title: str, text: str) -> Regime:
    """The regime of an edict. `title` may carry the issuer before it; `text` is the body, in any of our forms."""
    if _SOCIAL_SECURITY.search(title):
        return "general"
    if _TAX_LAW.search(text):
        return "tax"
    # Traffic sanctions follow their own law also where they only cite the general one, as many town councils do.
    if _TRAFFIC_LAW.search(text) or (_TRAFFIC.search(title) and _SANCTION.search(title)):
        return "traffic"
    if _GENERAL_LAW.search(text):
        return "general"
    return "tax" if _TAX.search(title) else "general"
