"""Clients as they are answered: the record, its groups, what others know of it, and what deserves a second look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select

from services.chassis.database import UnitOfWork
from services.clients.firm import Moment, this_moment
from services.clients.groups import has_groups, named_groups_of
from services.clients.models import Certificate, Client, KnownFacts
from services.clients.warnings import Circumstances, certificate_state, warnings_of
from services.contracts.rpc import Json, Scope


def described(db: UnitOfWork, scope: Scope, clients: Sequence[Client], moment: Moment | None = None) -> list[Json]:
    """As `schemas.clients.Client`, in the same order; a handful of queries however many there are."""
    moment = moment or this_moment(db)
    now, days = moment.now, moment.warning_days
    ids = [client.id for client in clients]
    facts = {row.client_id: row for row in db.scalars(select(KnownFacts).where(KnownFacts.client_id.in_(ids)))}
    certificates = _certificates(db, facts.values())
    groups, keeps_groups = named_groups_of(db, scope, ids), all(row.has_group for row in facts.values()) or has_groups(db)
    return [
        _described(client, facts[client.id])
        | {"warnings": warnings_of(_circumstances(client, facts[client.id], keeps_groups, days), now)}
        | {"groups": _named(groups[client.id]), "certificate": _card(certificates.get(facts[client.id].certificate_id), now, days)}
        for client in clients
    ]


def record_of(client: Client) -> Json:
    """What people wrote of it."""
    return {
        "id": client.id,
        "tax_id": client.tax_id,
        "name": client.name,
        "email": client.email,
        "postal_address": client.postal_address,
        "notes": client.notes,
        "social_security": {"ccc": client.ccc, "naf": client.naf},
        "receives_notifications": client.receives_notifications,
        "watch_edicts": client.watch_edicts,
    }


def _described(client: Client, facts: KnownFacts) -> Json:
    return record_of(client) | {
        "pending": facts.pending,
        "nearest_read_by": facts.nearest_read_by and facts.nearest_read_by.isoformat(),
        "last_complete_check_at": facts.last_complete_check_at and facts.last_complete_check_at.isoformat(),
        "archived": client.is_archived,
        "version": client.version,
        "created_at": client.created_at.isoformat(),
        "updated_at": client.updated_at.isoformat(),
    }


def _named(groups: dict[str, str]) -> list[Json]:
    return sorted(({"id": id, "name": name} for id, name in groups.items()), key=lambda group: (group["name"], group["id"]))


def _certificates(db: UnitOfWork, facts: Iterable[KnownFacts]) -> dict[str, Certificate]:
    ids = [row.certificate_id for row in facts if row.certificate_id]
    return {row.id: row for row in db.scalars(select(Certificate).where(Certificate.id.in_(ids)))} if ids else {}


def _card(certificate: Certificate | None, now: datetime, days: int) -> Json | None:
    """Without how often it was used, which the keyring alone knows."""
    if certificate is None or certificate.not_before is None or certificate.not_after is None:
        return None
    return {
        "id": certificate.id,
        "subject": certificate.subject,
        "tax_id": certificate.tax_id,
        "issuer": certificate.issuer,
        "serial": certificate.serial,
        "not_before": certificate.not_before.isoformat(),
        "not_after": certificate.not_after.isoformat(),
        "state": certificate_state(certificate.not_after, now, days),
    }


def _circumstances(client: Client, facts: KnownFacts, keeps_groups: bool, days: int) -> Circumstances:
    return Circumstances(
        tax_id=client.tax_id,
        ccc=tuple(client.ccc),
        naf=tuple(client.naf),
        receives_notifications=client.receives_notifications,
        watch_edicts=client.watch_edicts,
        is_in_no_group=keeps_groups and not facts.has_group,
        has_social_security_mailbox=facts.has_social_security_mailbox,
        has_power=facts.has_power,
        certificate_tax_id=facts.certificate_tax_id,
        certificate_not_after=facts.certificate_not_after,
        warning_days=days,
    )
