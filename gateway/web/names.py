"""What services name by a code or an id, in the words of the pages: bodies, kinds, states, deadlines, people."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from services.contracts.errors import NotAllowed

AT_ONCE: Final = 200
Words = dict[str, LazyString]
BODIES: Final[dict[str, Any]] = {
    "dehu": "DEHú",
    "tgss": _("Seguridad Social"),
    "aeat": _("Agencia Tributaria"),
    "enotum": "e-NOTUM",
    "dgt": "DGT",
    "lexnet": "LexNET",
    "justizianet": "JustiziaNet",
    "bizkaia": _("Hacienda de Bizkaia"),
    "gipuzkoa": _("Hacienda de Gipuzkoa"),
    "araba": _("Diputación de Álava"),
    "navarra": _("Hacienda de Navarra"),
    "minetur": _("Ministerio de Industria"),
    "teu": _("Tablón edictal (BOE)"),
}
TRAYS: Final[Words] = {"pending": _("Pendientes"), "in_progress": _("En trámite"), "closed": _("Cerradas")}
PROCESSING_STATES: Final[Words] = {"pending": _("Pendiente"), "in_progress": _("En trámite"), "closed": _("Cerrada")}
KINDS: Final[Words] = {"notification": _("Notificación"), "communication": _("Comunicación"), "edict": _("Edicto")}
BODY_STATES: Final[Words] = {
    "available": _("Disponible, sin abrir"),
    "accepted": _("Aceptada"),
    "rejected": _("Rechazada"),
    "expired": _("Caducada"),
    "read": _("Leída"),
}
BODY_STATE_TONES: Final = {"available": "blue", "accepted": "green", "rejected": "red", "expired": "red", "read": "green"}
DEADLINES: Final[Words] = {
    "read_by": _("Último día para leerla"),
    "effective": _("Surte efecto"),
    "appear_by": _("Último día para comparecer"),
    "deemed_notified": _("Se entiende notificado"),
    "answer_by": _("Último día para responder"),
    "appeal_by": _("Último día para recurrir"),
    "pay_by": _("Último día para pagar"),
    "pay_or_allege_by": _("Último día para pagar con reducción o alegar"),
}
VIAS: Final[Words] = {
    "own_certificate": _("Certificado propio"),
    "power": _("Apoderamiento"),
    "firm_certificate": _("Certificado del despacho"),
}
MAILBOX_STATES: Final[Words] = {"active": _("Se consulta"), "paused": _("En pausa"), "unreadable": _("No se puede leer")}
MAILBOX_TONES: Final = {"active": "green", "paused": "secondary", "unreadable": "red"}
NOT_READ: Final[Words] = {
    "client_archived": _("No se lee: cliente archivado"),
    "notifications_off": _("No se lee: notificaciones deshabilitadas"),
}
BREAKERS: Final[Words] = {
    "closed": _("Se consulta con normalidad"),
    "open": _("En descanso: ha fallado varias veces seguidas"),
    "half_open": _("A prueba: se intenta de nuevo"),
}
BREAKER_TONES: Final = {"closed": "green", "open": "red", "half_open": "yellow"}


def body(code: str) -> str:
    """The short name of a public body; its code when it is none of ours."""
    return str(BODIES.get(code, code))


def mailbox_state(mailbox: dict[str, Any]) -> tuple[LazyString, str]:
    """In words, and in which tone: that nothing is read because of the client comes before how the mailbox itself is doing."""
    reason = (mailbox["why_not_read"] or {}).get("code")
    if reason in NOT_READ:
        return NOT_READ[reason], "red"
    return MAILBOX_STATES[mailbox["state"]], MAILBOX_TONES[mailbox["state"]]


def several(words: dict[str, Any], codes: str) -> str:
    """The words of some codes with commas between them, as a filter has them."""
    return ", ".join(str(words.get(code.strip(), code)) for code in codes.split(","))


def people(ask: Any) -> dict[str, dict[str, Any]]:
    """Everybody of the firm by id, disabled ones too; only oneself for whose role does not see the others."""
    found: dict[str, dict[str, Any]] = {}
    number = 1
    try:
        while len(found) == (number - 1) * AT_ONCE:
            items = ask.access.users({"page": number, "page_size": AT_ONCE, "sort": "name"})["items"]
            found |= {user["id"]: user for user in items}
            number += 1
    except NotAllowed:
        me = ask.access.me()
        return {me["id"]: me | {"is_active": True}}
    return found
