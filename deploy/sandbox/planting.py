"""Notices made from what the side door is told, whole loads made from a seed, and the tax ids in either read as a person writes them.

A load depends on its seed, its holders and the hour of the sandbox's clock alone: the same call on an empty sandbox plants the same
references, subjects and dates.
"""

from __future__ import annotations

import base64
import hashlib
import random
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.ids import InvalidTaxId, TaxId

from .mailboxes import Document, Notice, Office, expiry_of

_OFFICES = (
    (Office("E00127504", "Agencia Estatal de Administración Tributaria"), Office("E00003301", "Ministerio de Hacienda")),
    (Office("EA0041615", "Tesorería General de la Seguridad Social"), Office("E05070101", "Ministerio de Inclusión y Seguridad Social")),
    (Office("E00130502", "Jefatura Central de Tráfico"), Office("E00003801", "Ministerio del Interior")),
    (Office("L01280796", "Ayuntamiento de Madrid"), Office("L01280796", "Ayuntamiento de Madrid")),
)
_SUBJECTS = (
    "Requerimiento de documentación",
    "Propuesta de liquidación provisional",
    "Resolución de recurso de reposición",
    "Providencia de apremio",
    "Acuerdo de inicio de expediente sancionador",
    "Trámite de audiencia",
    "Diligencia de embargo",
)
_KINDS = ("notification", "communication")


_TAX_IDS = ("holder_tax_id", "addressee_tax_id", "certificate_tax_id")


def with_canonical_tax_ids(given: dict[str, Any]) -> dict[str, Any]:
    """What the side door was told, its tax ids in capitals without separators; a null one counts as not given.

    Raises ValueError that names an impossible one: a mailbox under it could never be asked for.
    """
    canonical = {name: _tax_id(name, value) if name in _TAX_IDS else value for name, value in given.items() if not _is_null(name, value)}
    if "holder_tax_ids" in canonical:
        canonical["holder_tax_ids"] = list(dict.fromkeys(_tax_id("holder_tax_ids", holder) for holder in given["holder_tax_ids"]))
    return canonical


def notice_of(given: dict[str, Any], now: datetime) -> Notice:
    """The notice that `POST /_control/notices` describes. Raises KeyError for what is missing, ValueError for what is wrong."""
    if given["kind"] not in _KINDS:
        raise ValueError(f"kind is {given['kind']!r}; one of {', '.join(_KINDS)} is meant")
    available_at = _instant(given.get("available_at")) or now
    expires_at = _instant(given.get("expires_at")) or expiry_of(available_at)
    reference = given.get("reference") or uuid.uuid4().hex[:20]
    return Notice(
        body=given["body"],
        reference=reference,
        holder_tax_id=given["holder_tax_id"],
        holder_name=given["holder_name"],
        kind=given["kind"],
        subject=given["subject"],
        issuer=Office(**given["issuer"]),
        issuer_root=Office(**given["issuer_root"]),
        available_at=available_at,
        expires_at=expires_at if given["kind"] == "notification" else None,
        csv=_csv(given["body"], reference),
        origin_code=int(given.get("origin_code", 2)),
        description=given.get("description", ""),
        addressee_tax_id=given.get("addressee_tax_id") or given["holder_tax_id"],
        documents=tuple(_documents(given.get("documents", ()), reference)),
        annexes=tuple(_documents(given.get("annexes", ()), reference)),
    )


def load_for(body: str, holder_tax_ids: Iterable[str], per_holder: int, seed: int | str, now: datetime) -> list[Notice]:
    """`per_holder` notices for each holder, made available in the last nine days of `now`; one in eight is a communication."""
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return [_planted(body, holder, f"{seed}/{body}/{holder}/{number}", hour) for holder in holder_tax_ids for number in range(per_holder)]


def _planted(body: str, holder: str, name: str, hour: datetime) -> Notice:
    # A load must be repeatable, not secret.
    draw = random.Random(name)  # nosec B311
    issuer, root = draw.choice(_OFFICES)
    available_at = hour - timedelta(minutes=draw.randrange(60, 9 * 24 * 60))
    is_communication = draw.randrange(8) == 0
    reference = hashlib.sha256(name.encode()).hexdigest()[:20]
    return Notice(
        body=body,
        reference=reference,
        holder_tax_id=holder,
        holder_name=f"TITULAR {holder}",
        kind="communication" if is_communication else "notification",
        subject=f"{draw.choice(_SUBJECTS)} {draw.randrange(10**6):06d}",
        issuer=issuer,
        issuer_root=root,
        available_at=available_at,
        expires_at=None if is_communication else expiry_of(available_at),
        csv=_csv(body, reference),
        addressee_tax_id=holder,
    )


def _is_null(name: str, value: Any) -> bool:
    return value is None and name in _TAX_IDS


def _tax_id(name: str, written: str) -> str:
    try:
        return str(TaxId(written))
    except InvalidTaxId as impossible:
        raise ValueError(f"{name}: {written!r} is no tax id. {impossible.reason}") from None


def _documents(given: Iterable[dict[str, str]], reference: str) -> Iterator[Document]:
    for number, document in enumerate(given):
        own = hashlib.sha256(f"{reference}/{number}/{document['name']}".encode()).hexdigest()[:32]
        yield Document(document["name"], document["mime"], base64.b64decode(document["content_base64"], validate=True), own)


def _csv(body: str, reference: str) -> str:
    return "DEHU-" + hashlib.sha256(f"{body}/{reference}".encode()).hexdigest()[:32]


def _instant(value: str | None) -> datetime | None:
    if not value:
        return None
    instant = datetime.fromisoformat(value)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
