"""Releasing private keys to the worker that asked, against tickets of several tenants at once.

    look up → judge by the rules → ask access for the person behind → RECORD → mark the tickets used → open and seal to the worker

Invariant: no key is opened before the trail has its use; when the trail cannot be written the whole call fails and nothing is released.
What is refused is recorded beside it. How a use ended is told by the worker (`CertificateUsesEnded`), or here when nothing was released
after all. Being killed after recording leaves a use in the trail that did not happen, never the reverse. A certificate that is removed in
between is not released: the second unit of work counts the use on those that are still there. Tenants are taken in the order of their
ids, so that two calls do not wait for each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import structlog
from sqlalchemy import BindParameter, bindparam, select, update

from services.chassis.asking import Asking
from services.chassis.boxes import seal_to
from services.chassis.database import Store, UnitOfWork
from services.chassis.insert import insert_new
from services.chassis.promises import Asked
from services.chassis.sealing import CannotOpen
from services.contracts.errors import Away, Invalid, Refusal
from services.contracts.message import utc_now
from services.contracts.rpc import Scope
from services.contracts.schemas.certificates import release_context
from services.contracts.sentences import said
from services.keyring.envelopes import OpenKeys
from services.keyring.models import Certificate, Client, Key, TenantKey, UsedTicket
from services.keyring.storing import binding_of, sealed_of, wrapped
from services.keyring.tickets import REFUSALS, expires_at, why_not

log = structlog.get_logger()
Json = dict[str, Any]

# Built once: a claim may be of fifty tenants, and building statements would cost more than running them.
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
KEYS = (
    select(Certificate, Key, TenantKey)
    .join(Key, Key.certificate_id == Certificate.id)
    .join(TenantKey, TenantKey.id == Key.tenant_key_id)
    .where(Certificate.id.in_(IDS), Certificate.removed_at.is_(None))
)
CLIENTS = select(Client).where(Client.id.in_(IDS))
COUNTED = (
    update(Certificate)
    .where(Certificate.id.in_(IDS), Certificate.removed_at.is_(None))
    .values(uses=Certificate.uses + bindparam("count"), last_used_at=bindparam("now"))
    .returning(Certificate.id)
    .execution_options(synchronize_session=False)
)


@dataclass
class Use:
    """One ticket on its way; `refused` is the code of the reason, or "". The rows are there once looked up, all of them unless refused.

    `entry_id`: of the trail, once the use is recorded; a use that is refused before has none.
    """

    ticket: Json
    certificate: Any = None
    key: Any = None
    tenant_key: Any = None
    client: Any = None
    refused: str = ""
    entry_id: str = ""

    @property
    def tenant_id(self) -> str:
        return self.ticket["tenant_id"]

    @property
    def id(self) -> str:
        return str(self.ticket["id"])


def look_up(db: Store, uses: list[Use]) -> None:
    """What is known of each certificate and client; a certificate without a key counts as missing."""
    with db.begin() as unit:
        for _, own in by_tenant(unit, uses):
            rows = unit.execute(KEYS, {"ids": sorted({use.ticket["certificate_id"] for use in own})})
            keys = {row[0].id: tuple(row) for row in rows}
            clients = {row.id: row for row in unit.scalars(CLIENTS, {"ids": sorted({use.ticket["client_id"] for use in own})})}
            for use in own:
                use.certificate, use.key, use.tenant_key = keys.get(use.ticket["certificate_id"], (None, None, None))
                use.client = clients.get(use.ticket["client_id"])


def by_tenant(unit: UnitOfWork, uses: list[Use]) -> Iterator[tuple[str, list[Use]]]:
    """Act for each tenant in turn, in the order of their ids."""
    for tenant_id, own in groupby(sorted(uses, key=lambda use: use.tenant_id), key=lambda use: use.tenant_id):
        unit.act_for(Asking(tenant_id=tenant_id))
        yield tenant_id, list(own)


def judge(uses: list[Use], access: Asked) -> None:
    """Refuse by the rules, then for a person without the right, as it is at this moment."""
    now = utc_now()
    answers: dict[tuple, bool] = {}
    for use in uses:
        use.refused = why_not(use.ticket, use.certificate, use.client is not None, now)
        if use.ticket["user_id"] and not use.refused:
            asked = (use.tenant_id, use.ticket["user_id"], use.ticket["body"], tuple(use.client.group_ids))
            if asked not in answers:
                answers[asked] = (may_browse if use.ticket["reason"] == "browser" else may_sync)(access, *asked)
            use.refused = "" if answers[asked] else "not_allowed"


def may_sync(access: Asked, tenant_id: str, user_id: str, body: str, group_ids: tuple[str, ...]) -> bool:
    try:
        return access.asking(Asking(tenant_id=tenant_id, user_id=user_id)).check(user_id, "sync", body, list(group_ids))
    except Away:
        raise
    except Refusal:
        return False


def may_browse(access: Asked, tenant_id: str, user_id: str, body: str, group_ids: tuple[str, ...]) -> bool:
    """To show a certificate to any portal: the capability, and sight of the client."""
    try:
        scope = Scope.from_wire(access.asking(Asking(tenant_id=tenant_id, user_id=user_id)).scope())
    except Away:
        raise
    except Refusal:
        return False
    return "certificates.use" in scope.capabilities and scope.sees(frozenset(group_ids))


def record(uses: list[Use], audit: Asked) -> None:
    """All the uses, and what is refused, in one commit of the trail; raises when it cannot be written."""
    if uses:
        for use, entry_id in zip(uses, audit.asking(Asking()).record([recorded(use) for use in uses]), strict=True):
            use.entry_id = "" if use.refused else entry_id


def recorded(use: Use) -> Json:
    """The entry of one. Of a ticket that names somebody else's certificate or client nothing is kept that is not the tenant's."""
    kept = ("mailbox_id", "body", "reason", "why") if use.ticket["why"] else ("mailbox_id", "body", "reason")
    detail = {"ticket_id": use.id} | {name: use.ticket[name] for name in kept}
    return {
        "tenant_id": use.tenant_id,
        "act": "certificate_refused" if use.refused else "certificate_used",
        "user_id": use.ticket["user_id"],
        "subject": use.certificate.id if use.certificate else "",
        "detail": detail | ({"client_id": use.client.id} if use.client else {}) | ({"code": use.refused} if use.refused else {}),
    }


def record_unreleased(uses: list[Use], audit: Asked) -> None:
    """Uses that were recorded and then refused: the trail is told that they did not happen."""
    entries = [
        {
            "tenant_id": use.tenant_id,
            "act": "certificate_use_ended",
            "user_id": use.ticket["user_id"],
            "subject": use.entry_id,
            "detail": {"certificate_id": use.certificate.id, "outcome": "refused", "code": use.refused},
        }
        for use in uses
        if use.refused and use.entry_id
    ]
    if entries:
        audit.asking(Asking()).record(entries)


def mark_used(db: Store, uses: list[Use]) -> None:
    """Each ticket once, and the uses counted on the certificates that are still there."""
    granted, now = [use for use in uses if not use.refused], utc_now()
    with db.begin() as unit:
        fresh = insert_new(unit, UsedTicket, [{"id": use.id, "used_at": now} for use in granted], UsedTicket.id)
        for use in granted:
            use.refused = "" if use.id in fresh else "ticket_used"
            fresh.discard(use.id)
        for _, own in by_tenant(unit, [use for use in granted if not use.refused]):
            count_uses(unit, own, now)


def count_uses(unit: UnitOfWork, own: list[Use], now: datetime) -> None:
    times = Counter(use.certificate.id for use in own)
    for count in sorted(set(times.values())):
        ids = sorted(certificate_id for certificate_id, used in times.items() if used == count)
        present = set(unit.scalars(COUNTED, {"ids": ids, "count": count, "now": now}))
        for use in own:
            if use.certificate.id in ids and use.certificate.id not in present:
                use.refused = "certificate_missing"


def answer(uses: list[Use], keys: OpenKeys, worker_key: str) -> list[Json]:
    return [sealed(use, keys, worker_key) for use in uses]


def sealed(use: Use, keys: OpenKeys, worker_key: str) -> Json:
    named = {"ticket_id": use.id} | {name: use.ticket[name] for name in ("certificate_id", "mailbox_id")}
    if use.refused:
        return named | {"refused": {"code": use.refused, "message": REFUSALS[use.refused]}}
    binding = binding_of(use.certificate, use.key.tenant_key_id, use.key.version)
    try:
        private_key, chain = keys.open(wrapped(use.tenant_key), binding, sealed_of(use.key))
    except CannotOpen as error:
        log.error("key_unreadable", certificate=use.certificate.id, error=str(error))
        use.refused = "key_unreadable"
        return named | {"refused": {"code": use.refused, "message": REFUSALS[use.refused]}}
    named |= {"expires_at": expires_at(use.ticket).isoformat(), "use_id": use.entry_id}
    return named | {"sealed": seal_to(worker_key, private_key, release_context(named, worker_key)), "chain_pem": chain.decode()}


def uses_of(tickets: list[Json]) -> list[Use]:
    return [Use(ticket) for ticket in tickets]


def require_worker_key(worker_key: str) -> None:
    try:
        seal_to(worker_key, b"", b"")
    except CannotOpen as error:
        raise Invalid.field("worker_key", said("No es la clave pública de un trabajador.")) from error
