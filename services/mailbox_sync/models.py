"""Tables of `mailbox_sync`, on which the service and every `sync_worker` work.

    clients, client_groups, certificates     what others said of theirs, kept to decide with
    firms                                    which mailboxes each new client of a firm gets
    portals                                  the firm's own, and what it changed in those that ship
    mailboxes → syncs                        a sync is a reading that a person asked for
    known_notices                            each row the body listed, with a digest, so that only what is new or changed is told
    coverage                                 append-only: what each complete check covered

Beside them those of long jobs; of these `job_claims` is a catalogued exception (`chassis.job_tables`).

Catalogued exceptions to row-level security, read and claimed across tenants; ids, codes and instants only, no personal text:

    due        when each mailbox is read next, who reads it, until when, and the fence
    turns      which tenant was served last, and which are suspended: not served
    breakers   bodies (certificate "") and certificates at a body that are left alone for a while
    attempts   how each check ended, a week back, for the health of bodies

Invariant of `due`: the fence grows with every claim and every withdrawal, and a check writes only while its fence is the row's. A claimed
mailbox is due again at the end of its lease, so that a worker that died is replaced by nothing more than time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from services.chassis.job_tables import job_tables
from services.chassis.tables import Instant, Tenanted, id_column, model_base
from services.contracts.message import utc_now

Model: Any = model_base("mailbox_sync")
job_tables(Model)


class Client(Tenanted, Model):
    __tablename__ = "clients"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tax_id: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(Text)
    receives_notifications: Mapped[bool]
    is_archived: Mapped[bool]
    version: Mapped[int]


class ClientGroup(Tenanted, Model):
    __tablename__ = "client_groups"
    client_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    group_id: Mapped[str] = mapped_column(String(36), primary_key=True, index=True)


class Certificate(Tenanted, Model):
    """`client_id` is empty for the firm's own. A removed one stays as a mark, because its import may be heard of later."""

    __tablename__ = "certificates"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(36), index=True)
    not_before: Mapped[datetime] = mapped_column(Instant)
    not_after: Mapped[datetime] = mapped_column(Instant)
    is_removed: Mapped[bool] = mapped_column(default=False)


class Mailbox(Tenanted, Model):
    """`version` counts what people changed, not what was read. `covered_until` is when the last complete check began."""

    __tablename__ = "mailboxes"
    __table_args__ = (UniqueConstraint("tenant_id", "client_id", "body"),)
    id: Mapped[str] = id_column()
    client_id: Mapped[str] = mapped_column(String(36), index=True)
    body: Mapped[str] = mapped_column(String(40))
    via: Mapped[str] = mapped_column(String(20))
    certificate_id: Mapped[str | None] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(12), default="active")
    last_attempt_at: Mapped[datetime | None] = mapped_column(Instant)
    last_complete_check_at: Mapped[datetime | None] = mapped_column(Instant)
    covered_since: Mapped[datetime | None] = mapped_column(Instant)
    covered_until: Mapped[datetime | None] = mapped_column(Instant)
    error: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)


class Firm(Tenanted, Model):
    """What a firm has set: the mailboxes that each of its new clients gets, [{body, via}]."""

    __tablename__ = "firms"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    default_mailboxes: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    version: Mapped[int]


class Portal(Tenanted, Model):
    """A portal of the firm's own, or what the firm changed in one that ships (`portals`). `said`: {name, actions, login_hosts}."""

    __tablename__ = "portals"
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    said: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    is_removed: Mapped[bool]
    version: Mapped[int]


class KnownNotice(Tenanted, Model):
    """Beside the digest, what an opening must repeat to the letter and no other answer of the body says again."""

    __tablename__ = "known_notices"
    mailbox_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    origin_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    reference: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(Text)
    link: Mapped[str] = mapped_column(String(12))
    holder_tax_id: Mapped[str] = mapped_column(String(50))
    holder_name: Mapped[str] = mapped_column(Text)


class Coverage(Tenanted, Model):
    """One complete check: covered from `since` to `until`, `pages_read` of the body's `total_pages`, digest over the answers' digests."""

    __tablename__ = "coverage"
    id: Mapped[str] = id_column()
    mailbox_id: Mapped[str] = mapped_column(String(36), index=True)
    since: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    pages_read: Mapped[int]
    total_pages: Mapped[int]
    notices: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    certificate_id: Mapped[str] = mapped_column(String(36))


class Sync(Tenanted, Model):
    """queued → running → done or failed; a running one whose worker died is taken over, so that it is never left behind."""

    __tablename__ = "syncs"
    __table_args__ = (Index("syncs_of_mailbox", "mailbox_id", "state"),)
    id: Mapped[str] = id_column()
    mailbox_id: Mapped[str] = mapped_column(String(36))
    client_id: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(12), default="queued")
    pages_read: Mapped[int] = mapped_column(default=0)
    total_pages: Mapped[int | None]
    notices_seen: Mapped[int] = mapped_column(default=0)
    notices_new: Mapped[int] = mapped_column(default=0)
    error: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    requested_by: Mapped[str] = mapped_column(String(36))
    requested_only: Mapped[str] = mapped_column(Text, default="")
    requested_at: Mapped[datetime] = mapped_column(Instant, default=utc_now)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class Due(Model):
    """`due_at` null: not read (paused, switched off, archived). `urgent`: asked for by a person, or a term may be running out unseen."""

    __tablename__ = "due"
    __table_args__ = (
        Index("due_of_tenant", "tenant_id", "urgent", "due_at"),
        Index("due_at_all", "urgent", "due_at"),
        Index("due_leased", "leased_by", "lease_until"),
    )
    mailbox_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(String(36))
    body: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    urgent: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Instant)
    leased_by: Mapped[str] = mapped_column(String(60), default="")
    fence: Mapped[int] = mapped_column(default=0)


class Turn(Model):
    __tablename__ = "turns"
    __table_args__ = (Index("turns_in_order", "last_served", "tenant_id"),)
    tenant_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    last_served: Mapped[datetime] = mapped_column(Instant)
    is_suspended: Mapped[bool] = mapped_column(server_default=false())
    tenant_version: Mapped[int] = mapped_column(server_default="0")


class Breaker(Model):
    __tablename__ = "breakers"
    body: Mapped[str] = mapped_column(String(40), primary_key=True)
    certificate_id: Mapped[str] = mapped_column(String(36), primary_key=True, default="")
    failures: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None] = mapped_column(Instant)


class Attempt(Model):
    """`outcome`: "ok", or the code of the fault. `is_failure`: counts against the body's health; a mailbox's own trouble does not."""

    __tablename__ = "attempts"
    __table_args__ = (Index("attempts_of_body", "body", "at"), Index("attempts_by_outcome", "body", "outcome", "at"))
    id: Mapped[str] = id_column()
    body: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(40))
    is_failure: Mapped[bool]
    duration_ms: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant)
