"""Every event, grouped by who publishes it. An event is a fact, so its name is a subject and a past participle.

Events that carry a record carry all of it that others may know, with its `version`: a reader that keeps a copy takes the newer version and
ignores an older one that arrives late. A bulk fact is one event with a list of at most 500, never one event a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.contracts.message import Event, event

AT_MOST = 500


@dataclass(frozen=True, kw_only=True)
class JobAsked:
    """Somebody asked for a long job on `count` rows; `sha256` (hex) is that of the list as it was sent. Of a dry run nothing stays."""

    job_id: str
    kind: str
    is_dry_run: bool
    count: int
    sha256: str


# ── access ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("access")
class TenantCreated(Event):
    """A firm was taken in."""

    tenant_id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class DefaultMailbox:
    """A mailbox that each new client of the firm gets: at which body, and how it is entered."""

    body: str
    via: str


@event("access")
class TenantSettingsChanged(Event):
    """A firm's settings, as they are now. Until the first one a firm has those of `schemas.settings`."""

    name: str
    certificate_warning_days: int
    strict_passwords: bool
    language: str
    default_mailboxes: tuple[DefaultMailbox, ...]
    version: int
    requires_second_factor: bool = False


@event("access")
class TenantSuspended(Event):
    """An operator stopped everything of a firm: nobody signs in, nothing of it is read. Nothing is lost."""

    tenant_id: str
    version: int


@event("access")
class TenantResumed(Event):
    """An operator let a suspended firm go on."""

    tenant_id: str
    version: int


@event("access")
class TenantErased(Event):
    """An operator had everything of a firm destroyed, for good: whoever holds something of it destroys it. Its trail stays."""

    tenant_id: str


@event("access")
class UserChanged(Event):
    """A person of the firm was made, changed or disabled. `change` says which: created, changed, disabled, enabled.

    `fields` are the names of those that are new: name, email, language, role. `joined` and `left` are groups.
    """

    user_id: str
    change: str
    is_active: bool
    version: int
    fields: tuple[str, ...] = ()
    role_id: str = ""
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@event("access")
class RoleChanged(Event):
    """A role was made, changed or deleted, and what it allows from now on. `change`: created, changed, deleted."""

    role_id: str
    change: str
    capabilities: tuple[str, ...]
    version: int


@dataclass(frozen=True, kw_only=True)
class GrantedVerb:
    """A right at the mailboxes of a body."""

    body: str
    verb: str


@event("access")
class GrantsChanged(Event):
    """What a user or a group may do at bodies was given or taken. `holder_kind`: user or group, whose `version` this is."""

    holder_id: str
    holder_kind: str
    given: tuple[GrantedVerb, ...]
    taken: tuple[GrantedVerb, ...]
    version: int


@event("access")
class GroupChanged(Event):
    """A group was made or changed, or its members were. `change`: created, changed, deleted. `joined` and `left` are users."""

    group_id: str
    change: str
    name: str
    version: int
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@event("access")
class AccessJobAsked(JobAsked, Event):
    """Somebody asked for users or groups to be imported."""


# ── clients ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class ClientFacts:
    """What others may know of a client. `receives_notifications` off: no mailbox of its is read; `watch_edicts` on: the TEU is watched.

    `fields` are the names, as the API calls them, of those that are new in this version.
    """

    client_id: str
    tax_id: str
    name: str
    receives_notifications: bool
    watch_edicts: bool
    is_archived: bool
    group_ids: tuple[str, ...]
    version: int
    fields: tuple[str, ...] = ()

    @classmethod
    def told(cls, answers: list[dict[str, Any]]) -> list[ClientFacts]:
        """As `clients.facts` answers them."""
        return [cls(**{**one, "group_ids": tuple(one["group_ids"]), "fields": tuple(one.get("fields", ()))}) for one in answers]


@event("clients")
class ClientsRegistered(Event):
    """New clients, at most 500."""

    clients: tuple[ClientFacts, ...]


@event("clients")
class ClientsChanged(Event):
    """Clients whose record, flags, groups or archive state changed, at most 500, as they are now."""

    clients: tuple[ClientFacts, ...]


@event("clients")
class ClientsErased(Event):
    """Clients were erased for good, at most 500: whoever holds something of them destroys it, keys first."""

    client_ids: tuple[str, ...]


@event("clients")
class ViewChanged(Event):
    """A person saved a view of the client list, changed it, or removed it. `change`: created, changed, deleted."""

    view_id: str
    change: str
    is_shared: bool
    version: int


@event("clients")
class ClientJobAsked(JobAsked, Event):
    """Somebody asked for clients to be imported, or for the same to be done to many."""


# ── keyring ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("keyring")
class CertificateImported(Event):
    """A certificate was imported, to be used from `not_before` on. `client_id` is empty for the firm's own."""

    certificate_id: str
    client_id: str
    tax_id: str
    not_before: datetime
    not_after: datetime
    subject: str = ""
    issuer: str = ""
    serial: str = ""


@event("keyring")
class CertificateRemoved(Event):
    """A certificate can no longer be used; its key is destroyed."""

    certificate_id: str
    client_id: str


@event("keyring")
class CertificateJobAsked(JobAsked, Event):
    """Somebody asked for many certificates to be imported."""


# ── mailbox_sync ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class PublicBody:
    """Who issued a notice: its code (DIR3) and name, as the body writes them."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class FoundNotice:
    """One notice as the body lists it. (tenant, body, origin code, reference) is its identity; `subject` keeps the body's white space."""

    origin_code: str
    reference: str
    kind: str
    subject: str
    issuer: PublicBody
    issuer_root: PublicBody
    holder_tax_id: str
    available_at: datetime
    expires_at: datetime | None = None
    body_state: str = "available"


@event("mailbox_sync")
class MailboxesChanged(Event):
    """Mailboxes that were added, changed, paused or removed. `change` says which, `via` how they are entered."""

    mailbox_ids: tuple[str, ...]
    client_id: str
    body: str
    change: str
    via: str = ""


@event("mailbox_sync")
class NoticesFound(Event):
    """A public body listed notices in a client's mailbox that were not known or had changed. None of them has been opened."""

    mailbox_id: str
    client_id: str
    body: str
    notices: tuple[FoundNotice, ...]


@event("mailbox_sync")
class MailboxChecked(Event):
    """Every page of a mailbox was read and stored. `client_complete_at` is the oldest complete check of the client's active mailboxes."""

    mailbox_id: str
    client_id: str
    body: str
    complete_at: datetime
    client_complete_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class EndedUse:
    """How a use of a certificate ended that the trail has as entry `use_id`. `outcome`: used (the body answered whole), failed (`code`),
    unused (released, and no body was asked with it). `user_id` is empty for a check by schedule.
    """

    use_id: str
    certificate_id: str
    user_id: str
    outcome: str
    code: str = ""


@event("mailbox_sync")
class CertificateUsesEnded(Event):
    """Workers have done with certificates that were released to them."""

    uses: tuple[EndedUse, ...]


@event("mailbox_sync")
class SyncRequested(Event):
    """A person asked for a mailbox to be read now."""

    sync_id: str
    mailbox_id: str
    client_id: str
    body: str


@event("mailbox_sync")
class MailboxJobAsked(JobAsked, Event):
    """Somebody asked for mailboxes of many clients to be added or read."""


@event("mailbox_sync")
class PortalChanged(Event):
    """A portal of the firm was changed. `change`: created, changed, removed, restored; `hosts`: where its list now lets a browser go."""

    portal_id: str
    change: str
    hosts: tuple[str, ...]
    version: int


# ── teu_watcher ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class MatchedEdict:
    """An edict of the TEU that names a watched client by its full tax id. `row` is the text in which it stands, empty when the watch
    began after the edict was read; `terms` are the edict's sentences that set a term, without whom they name, those around `row` too.
    """

    client_id: str
    edict_id: str
    published_on: date
    issuer: str
    title: str
    regime: str
    holder_tax_id: str
    row: str
    url: str
    terms: str = ""


@event("teu_watcher")
class EdictsMatched(Event):
    """Edicts that name clients of one tenant, at most 500."""

    edicts: tuple[MatchedEdict, ...]


@event("teu_watcher")
class TeuSourceSwitched(Event):
    """An operator switched the reading of the bulletin on or off."""

    is_on: bool
    reason: str


# ── notifications ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, kw_only=True)
class ClientCount:
    """How much waits for a client: pending notifications and their nearest deadline, as counted at `counted_at`."""

    client_id: str
    pending: int
    nearest_read_by: date | None
    counted_at: datetime


@event("notifications")
class ClientsCounted(Event):
    """The pending notifications of clients were counted anew, at most 500."""

    counts: tuple[ClientCount, ...]


@event("notifications")
class NotificationChanged(Event):
    """A person changed the processing state, the reminder or the assignee of a notification. `edict_id` is empty for a notice."""

    notification_id: str
    client_id: str
    processing_state: str
    assignee_id: str
    version: int
    edict_id: str = ""


@event("notifications")
class DocumentAdded(Event):
    """Somebody put a document with a client. `origin`: upload, or browser when it was downloaded in a session of one; `size` in bytes."""

    document_id: str
    client_id: str
    origin: str
    size: int


# ── browser ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@event("browser")
class BrowserSessionOpened(Event):
    """A person opened a browser that shows a client's certificate. The trail has the use of its key, entry `use_id`, from before."""

    session_id: str
    client_id: str
    certificate_id: str
    use_id: str
    browser: str
    mode: str
    reason: str


@event("browser")
class BrowserSessionEnded(Event):
    """The browser is gone, and the key with it. `hosts`: those that it reached; `because`: a code of `schemas.browser_sessions.ENDINGS`."""

    session_id: str
    client_id: str
    certificate_id: str
    use_id: str
    because: str
    lasted_s: int
    hosts: tuple[str, ...]
    uploads: int
    downloads: int
