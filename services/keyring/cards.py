"""A certificate as people see it: its state on a day, and what is odd about one that was just imported. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from services.contracts.sentences import said

EXPIRING: Final = timedelta(days=60)
WARNINGS: Final = {
    "other_tax_id": said("El NIF del certificado no es el del cliente: solo sirve si hay un poder. Compruebe que es el fichero correcto."),
    "no_tax_id": said("El certificado no lleva un NIF que se pueda leer: compruebe que es el fichero correcto."),
    "expiring": said("El certificado caduca en menos de 60 días."),
    "not_yet_valid": said("El certificado todavía no es válido."),
    "already_imported": said("Este certificado ya estaba guardado: no se ha guardado otra vez."),
}


class Certified(Protocol):
    tax_id: Any
    not_before: Any
    not_after: Any


def state_of(certificate: Certified, now: datetime) -> str:
    """valid, expiring or expired."""
    if certificate.not_after <= now:
        return "expired"
    return "expiring" if certificate.not_after - now <= EXPIRING else "valid"


def warnings_of(certificate: Certified, client_tax_id: str, is_new: bool, now: datetime) -> list[dict[str, str]]:
    """`client_tax_id` is "" for the firm's own, which may carry any NIF."""
    codes = {
        "no_tax_id": not certificate.tax_id,
        "other_tax_id": bool(certificate.tax_id and client_tax_id) and certificate.tax_id != client_tax_id,
        "expiring": state_of(certificate, now) == "expiring",
        "not_yet_valid": now < certificate.not_before,
        "already_imported": not is_new,
    }
    return [{"code": code, "message": WARNINGS[code]} for code, applies in codes.items() if applies]
