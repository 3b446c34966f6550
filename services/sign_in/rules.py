"""Which passwords may be chosen: pure.

    ordinary    12 characters, none of those that are tried first, nothing of the person or the firm
    strict      also 16 characters, none of the last five, and another one every year

Ordinary follows NIST SP 800-63B, section 5.1.1.2: length counts, composition does not, guessable ones are refused, none expires. A firm
bound by the Esquema Nacional de Seguridad (RD 311/2022, annex II, measure op.acc.6) needs a policy of robustness and of renewal: strict is
ours. What can be guessed is taken out of a password (frequent words, words about the person, years, repetitions, neighbouring keys), also
with digits read as the letters that they look like; what is left has to be long enough by itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.contracts.sentences import said

LONGEST, LEFT, WORD = 1024, 6, 3


@dataclass(frozen=True)
class Rules:
    """`former`: how many passwords may not come back, the present one among them; `lasts`: when it has to be changed."""

    shortest: int
    former: int = 0
    lasts: timedelta | None = None

    def is_over(self, chosen_at: datetime, now: datetime) -> bool:
        return self.lasts is not None and chosen_at + self.lasts <= now


ORDINARY: Final = Rules(12)
STRICT: Final = Rules(16, former=5, lasts=timedelta(days=365))
ROWS: Final = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjklñ", "zxcvbnm", "qazwsxedcrfvtgbyhnujmikolp")
LOOKS_LIKE: Final = str.maketrans("0134578@$!|", "oieastbasii")
FREQUENT: Final = re.findall(
    r"\w+",
    """
contrasena contrasenya pasahitza contrasinal clave secreto secreta password pass word welcome bienvenido bienvenida benvingut
ongietorri benvido administrador administradora administrator admin root usuario usuaria user invitado guest casillero despacho gestoria
asesoria abogado abogada empresa oficina trabajo ordenador internet cambiame changeme temporal provisional prueba test demo hola buenos dias
amor teamo tequiero iloveyou princesa princess estrella corazon familia mariposa chocolate futbol football baseball barcelona realmadrid
atletico madrid sevilla valencia bilbao espana spain catalunya euskadi galicia letmein trustno monkey dragon master superman batman pokemon
starwars sunshine shadow michael jesus enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes
miercoles jueves viernes sabado domingo primavera verano otono invierno summer winter spring autumn google hacienda notificacion
notificaciones certificado
""",
)


def rules_of(settings: dict) -> Rules:
    """Of a firm, from `schemas.settings.Settings`."""
    return STRICT if settings["strict_passwords"] else ORDINARY


def normal(password: str) -> str:
    return unicodedata.normalize("NFKC", password)


def reasons_against(password: str, about: list[str], rules: Rules = ORDINARY) -> Iterator[str]:
    """Why it may not be chosen, each as a sentence. `about`: email, name and firm of whoever chooses."""
    if len(password) < rules.shortest:
        yield said("Use al menos {least} caracteres; una frase corta sirve.", least=rules.shortest)
        return
    if len(password) > LONGEST:
        yield said("No pase de {most} caracteres.", most=LONGEST)
        return
    if left(password, FREQUENT) < LEFT:
        yield said("Es de las que antes se prueban: palabras muy usadas, fechas, repeticiones o teclas seguidas. Elija otra.")
    elif left(password, [*FREQUENT, *words_of(about)]) < LEFT:
        yield said("Se parece demasiado a su nombre, su correo o su despacho. Elija otra.")


def words_of(about: list[str]) -> list[str]:
    return [word for text in about for word in re.split(r"[^a-z0-9]+", plain(text)) if len(word) >= WORD]


def left(password: str, words: list[str]) -> int:
    """How many characters are left when everything that can be guessed is taken out."""
    folded = plain(password)
    return min(len(without(text, words)) for text in (folded, folded.translate(LOOKS_LIKE)))


def without(text: str, words: list[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, " ")
    text = re.sub(r"(19|20)\d\d", " ", text)
    text = re.sub(r"(.{1,4}?)\1{2,}", " ", text)
    return re.sub(r"\s+", "", without_runs(text))


def without_runs(text: str) -> str:
    """Without three or more neighbouring keys or letters in a row, in either direction."""
    kept, start = "", 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not any(text[start : end + 1] in row or text[start : end + 1] in row[::-1] for row in ROWS):
            kept += text[start:end] if end - start < 3 else " "
            start = end
    return kept


def plain(text: str) -> str:
    """Without accents and case."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
