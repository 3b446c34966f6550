"""The rules of law that deadlines come from, as data, so that a lawyer corrects a number or a citation without touching code.

A rule that changes gets a second entry with the same id and the days between which each is in force. `confidence` is how sure we are
of the text: `high` was read, `to verify` was taken from secondary sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from services.contracts.sentences import said


@dataclass(frozen=True)
class Rule:
    """One rule in one wording. `days` is its term in days, of the kind that the citation says; 0 when it has none."""

    id: str
    law: str
    article: str
    valid_from: date
    valid_to: date | None
    citation: str
    confidence: str
    days: int = 0


RULES: Final = (
    Rule(
        "l39-2015-43.2", "Ley 39/2015", "43.2", date(2016, 10, 2), None,
        said(
            "Art. 43.2 Ley 39/2015: la notificación electrónica se entiende rechazada a los diez días naturales de su puesta a disposición"
            " sin acceder a su contenido. El plazo no se prorroga aunque el último día sea inhábil (TEAC, 15-10-2024, 00/08341/2021)."
        ),
        "high", 10,
    ),
    Rule(
        "ism-903-2020", "Orden ISM/903/2020", "", date(2020, 9, 30), None,
        said(
            "Orden ISM/903/2020: en la sede de la Seguridad Social la notificación se entiende rechazada a los diez días naturales de su"
            " puesta a disposición."
        ),
        "high", 10,
    ),
    Rule(
        "body-own-date", "Fecha del organismo", "", date(2015, 1, 1), None,
        said(
            "El organismo publica su propia fecha de fin de disponibilidad, que prevalece sobre la calculada."
        ),
        "high",
    ),
    Rule(
        "lec-162", "Ley 1/2000", "162", date(2016, 1, 1), None,
        said(
            "Art. 162.2 Ley 1/2000: en LexNET y JustiziaNet la notificación se entiende practicada a los tres días hábiles sin acceder a"
            " ella; lo remitido después de las 15:00 es del día hábil siguiente y agosto es inhábil."
        ),
        "to verify", 3,
    ),
    Rule(
        "l39-2015-30", "Ley 39/2015", "30", date(2016, 10, 2), None,
        said(
            "Art. 30 Ley 39/2015: los plazos se cuentan desde el día siguiente, en días hábiles si no se dice otra cosa; los de meses, de"
            " fecha a fecha; si el último día es inhábil pasan al primer hábil siguiente."
        ),
        "to verify",
    ),
    Rule(
        "l39-2015-44", "Ley 39/2015", "44", date(2016, 10, 2), None,
        said(
            "Art. 44 Ley 39/2015: el anuncio en el BOE surte efecto el día de su publicación."
        ),
        "high",
    ),
    Rule(
        "lgt-112", "Ley 58/2003", "112", date(2015, 6, 1), None,
        said(
            "Art. 112 Ley 58/2003: hay quince días naturales para comparecer desde el siguiente al de la publicación; si no, la"
            " notificación se entiende producida el día siguiente al del vencimiento."
        ),
        "high", 15,
    ),
    Rule(
        "lgt-appeal", "Ley 58/2003", "223 y 235", date(2004, 7, 1), None,
        said(
            "Arts. 223 y 235 Ley 58/2003: recurso de reposición o reclamación económico-administrativa en un mes desde el día siguiente a"
            " la notificación."
        ),
        "to verify",
    ),
    Rule(
        "lgt-62.2", "Ley 58/2003", "62.2", date(2004, 7, 1), None,
        said(
            "Art. 62.2 Ley 58/2003: lo notificado del 1 al 15 se paga hasta el 20 del mes siguiente y lo notificado del 16 al fin de mes"
            " hasta el 5 del segundo mes posterior, o el inmediato hábil siguiente."
        ),
        "high",
    ),
    Rule(
        "lsv-91", "RDLeg 6/2015", "91", date(2016, 1, 31), None,
        said(
            "Art. 91 RDLeg 6/2015: la notificación se entiende practicada a los veinte días naturales de su publicación en el BOE."
        ),
        "high", 20,
    ),
    Rule(
        "lsv-93", "RDLeg 6/2015", "93 a 95", date(2016, 1, 31), None,
        said(
            "Arts. 93 a 95 RDLeg 6/2015: veinte días naturales desde el siguiente a la notificación para pagar con el 50 % de reducción o"
            " alegar. Pagar con reducción cierra la vía administrativa."
        ),
        "high", 20,
    ),
    Rule(
        "explicit-term", "Texto del anuncio", "", date(2015, 1, 1), None,
        said(
            "El propio anuncio fija el plazo, que prevalece sobre el general de su clase."
        ),
        "high",
    ),
)  # fmt: skip


def in_force(rule_id: str, on: date) -> Rule:
    """The wording of a rule on a day; the nearest one when the day lies outside all of them. Raises `KeyError` for an unknown id.

    A notice with a strange date still gets its deadline: none at all would be the worse answer.
    """
    wordings = sorted((rule for rule in RULES if rule.id == rule_id), key=lambda rule: rule.valid_from)
    if not wordings:
        raise KeyError(rule_id)
    current = [rule for rule in wordings if rule.valid_from <= on and (rule.valid_to is None or on <= rule.valid_to)]
    earlier = [rule for rule in wordings if rule.valid_from <= on]
    return (current or earlier or wordings[:1])[-1]
