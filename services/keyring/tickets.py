"""Whether a ticket gets its key: pure rules, without the permission of the person behind it, which `access` knows.

A ticket names a certificate, a mailbox and its client, and why. Its id is a UUIDv7 (RFC 9562), so that it carries the moment of its making.
Invariant: whatever is not known is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from services.contracts.sentences import said

GOOD_FOR: Final = timedelta(minutes=5)
CLOCKS_DIFFER: Final = timedelta(minutes=1)
REFUSALS: Final = {
    "ticket_expired": said("La petición de la clave ha caducado. Se repetirá en la próxima consulta."),
    "ticket_used": said("Esta petición de la clave ya se atendió una vez."),
    "client_unknown": said("El cliente no existe."),
    "certificate_missing": said("El certificado no existe o se ha retirado. Importe otro o elija otro para el buzón."),
    "certificate_of_another_client": said("El certificado es de otro cliente. Elija otro para el buzón."),
    "certificate_not_yet_valid": said("El certificado todavía no es válido."),
    "certificate_expired": said("El certificado ha caducado. Importe el renovado."),
    "not_allowed": said("Quien pidió la consulta no tiene permiso sobre este buzón."),
    "key_unreadable": said("La clave guardada no se puede abrir. Avise a quien opera Casillero e importe el certificado de nuevo."),
}


class Dated(Protocol):
    client_id: Any
    not_before: Any
    not_after: Any


def issued_at(ticket: dict[str, Any]) -> datetime:
    return datetime.fromtimestamp((ticket["id"].int >> 80) / 1000, UTC)


def expires_at(ticket: dict[str, Any]) -> datetime:
    return issued_at(ticket) + GOOD_FOR


def why_not(ticket: dict[str, Any], certificate: Dated | None, is_client_known: bool, now: datetime) -> str:
    """The code of the first reason to refuse, or ""."""
    if not issued_at(ticket) - CLOCKS_DIFFER <= now < expires_at(ticket):
        return "ticket_expired"
    if not is_client_known:
        return "client_unknown"
    if certificate is None:
        return "certificate_missing"
    if certificate.client_id not in ("", ticket["client_id"]):
        return "certificate_of_another_client"
    if now < certificate.not_before:
        return "certificate_not_yet_valid"
    return "" if now < certificate.not_after else "certificate_expired"
