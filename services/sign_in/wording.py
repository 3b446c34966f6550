"""What our letters say, by language and kind: pure. A language that is not here yet is answered in Spanish.

`invited` and `forgotten` are given {name, tenant, link, lasts}; no letter holds more of a person than their name.
"""

from __future__ import annotations

from typing import Final

SPANISH: Final = {
    "invited": (
        "Su acceso a Casillero",
        """Hola, {name}:

{tenant} le ha dado acceso a Casillero, donde lleva las notificaciones electrónicas.
Elija su contraseña con este enlace de un solo uso, válido {lasts}:

{link}

Si no lo esperaba, no haga nada y avise a {tenant}.
""",
    ),
    "forgotten": (
        "Elija otra contraseña de Casillero",
        """Hola, {name}:

Alguien, seguramente usted, ha pedido elegir otra contraseña de Casillero para {tenant}.
Hágalo con este enlace de un solo uso, válido {lasts}:

{link}

Si no ha sido usted, no haga nada: su contraseña sigue siendo la misma.
""",
    ),
}
LASTS: Final = {"invited": "7 días", "forgotten": "2 horas"}
LANGUAGES: Final = {"es": (SPANISH, LASTS)}


def worded(kind: str, language: str, name: str, tenant: str, link: str) -> tuple[str, str]:
    """Subject and text."""
    texts, lasts = LANGUAGES.get(language, LANGUAGES["es"])
    subject, text = texts[kind]
    return subject, text.format(name=name, tenant=tenant, link=link, lasts=lasts[kind])
