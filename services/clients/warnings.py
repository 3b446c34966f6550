"""What deserves a second look at a client and is no fault: accepted, kept, and said in the client window. Pure.

A warning is `{code, message}`; the message names the cure. Days left of a certificate are counted in whole days, rounded up.
`filters` finds clients by the code of a warning, and a test holds both to the same answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from services.contracts import ids
from services.contracts.sentences import said

LONGEST_WARNING_DAYS: Final = 60
"""Until a firm sets fewer: from then on before its end the authorities renew a certificate."""
_STEPS: Final = (7, 30, 60)
_LAST_DAY: Final = said("Su certificado caduca en 1 día: renuévelo e impórtelo ya, o dejarán de leerse sus buzones.")
_EXPIRES_IN: Final = {
    7: said("Su certificado caduca en {days} días: renuévelo e impórtelo ya, o dejarán de leerse sus buzones."),
    30: said("Su certificado caduca en {days} días: renuévelo e impórtelo antes."),
    60: said("Su certificado caduca en {days} días: ya puede renovarlo; impórtelo después."),
}
_ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What the warnings are judged by; `certificate_not_after` is None when there is no certificate.

    `warning_days`: how long before its end the firm wants to hear of a certificate. `has_power`: a mailbox is entered by a power.
    `is_in_no_group`: of a firm that has groups.
    """

    tax_id: str
    ccc: tuple[str, ...] = ()
    naf: tuple[str, ...] = ()
    receives_notifications: bool = True
    watch_edicts: bool = True
    is_in_no_group: bool = False
    has_social_security_mailbox: bool = False
    has_power: bool = False
    certificate_tax_id: str = ""
    certificate_not_after: datetime | None = None
    warning_days: int = LONGEST_WARNING_DAYS


def certificate_state(not_after: datetime | None, now: datetime, warning_days: int = LONGEST_WARNING_DAYS) -> str:
    """`none`, `expired`, `expiring` (so many days or less) or `valid`."""
    if not_after is None:
        return "none"
    if not_after <= now:
        return "expired"
    return "expiring" if not_after <= now + warning_days * _ONE_DAY else "valid"


def warnings_of(client: Circumstances, now: datetime) -> list[dict[str, str]]:
    """All that applies, the client's own numbers first."""
    found = [*_numbers(client), *_certificate(client, now), *_switched_off(client), *_unseen(client)]
    return [{"code": code, "message": message} for code, message in found]


def odd_numbers(tax_id: str, ccc: Iterable[str], naf: Iterable[str]) -> Iterator[tuple[str, str]]:
    """What `contracts.ids` accepts with a warning, with the number in front where a client may have several."""
    yield from ids.warnings(ids.TaxId(tax_id))
    numbers: list[ids.Ccc | ids.Naf] = [*map(ids.Ccc, ccc), *map(ids.Naf, naf)]
    for number in numbers:
        for code, message in ids.warnings(number):
            yield code, said("{number}: {warning}", number=number, warning=message)


def _numbers(client: Circumstances) -> Iterator[tuple[str, str]]:
    yield from odd_numbers(client.tax_id, client.ccc, client.naf)
    if client.has_social_security_mailbox and not client.ccc and not client.naf:
        yield "social_security_without_number", said("Tiene buzón de la Seguridad Social y no tiene CCC ni NAF: añada al menos uno.")


def _certificate(client: Circumstances, now: datetime) -> Iterator[tuple[str, str]]:
    if client.certificate_not_after is None:
        return
    left = client.certificate_not_after - now
    if left <= timedelta(0):
        yield "certificate_expired", said("Su certificado ha caducado: renuévelo e impórtelo de nuevo.")
    elif left <= client.warning_days * _ONE_DAY:
        step, days = next(step for step in _STEPS if left <= step * _ONE_DAY), ceil(left / _ONE_DAY)
        yield f"certificate_expires_in_{step}", _LAST_DAY if days == 1 else _EXPIRES_IN[step].format(days=days)
    if client.certificate_tax_id not in ("", client.tax_id) and not client.has_power:
        yield (
            "certificate_of_another",
            said("El NIF de su certificado no es el suyo: sin un poder, los organismos no mostrarán sus avisos."),
        )


def _switched_off(client: Circumstances) -> Iterator[tuple[str, str]]:
    if not client.receives_notifications:
        yield "notifications_off", said("No está habilitado para recibir notificaciones: sus buzones no se consultan.")
    if not client.watch_edicts:
        yield "edicts_off", said("No está habilitado para consultar notificaciones en tablón: no se buscan edictos a su nombre.")


def _unseen(client: Circumstances) -> Iterator[tuple[str, str]]:
    if client.is_in_no_group:
        yield "in_no_group", said("No está en ningún grupo: solo lo ve quien puede ver a todos los clientes. Añádalo a uno.")
