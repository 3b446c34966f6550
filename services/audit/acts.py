"""Which facts are acts of people, and what the trail keeps of each: pure.

An entry never holds a name, a tax id or an email, so that erasing a person leaves the trail as it is: it holds ids and states. What a bulk
act was done to is kept as a count and the digest of its list.
"""

from __future__ import annotations

from typing import Any, Final

from services.audit.entry import digest_of_list
from services.contracts import events as facts
from services.contracts.message import Event

JOB: Final = ("kind", "is_dry_run", "count", "sha256")
SUBJECT_AND_DETAIL: Final[dict[type[Event], tuple[str, tuple[str, ...]]]] = {
    facts.TenantCreated: ("tenant_id", ()),
    facts.TenantSuspended: ("tenant_id", ("version",)),
    facts.TenantResumed: ("tenant_id", ("version",)),
    facts.TenantSettingsChanged: (
        "",
        ("certificate_warning_days", "strict_passwords", "requires_second_factor", "language", "default_mailboxes", "version"),
    ),
    facts.TenantErased: ("tenant_id", ()),
    facts.UserChanged: ("user_id", ("change", "fields", "is_active", "role_id", "joined", "left", "version")),
    facts.RoleChanged: ("role_id", ("change", "capabilities", "version")),
    facts.GroupChanged: ("group_id", ("change", "joined", "left", "version")),
    facts.GrantsChanged: ("holder_id", ("holder_kind", "given", "taken", "version")),
    facts.CertificateImported: ("certificate_id", ("client_id", "not_before", "not_after")),
    facts.CertificateRemoved: ("certificate_id", ("client_id",)),
    facts.MailboxesChanged: ("mailbox_ids", ("client_id", "body", "change")),
    facts.SyncRequested: ("sync_id", ("mailbox_id", "client_id", "body")),
    facts.NotificationChanged: ("notification_id", ("client_id", "processing_state", "assignee_id", "version")),
    facts.DocumentAdded: ("document_id", ("client_id", "origin", "size")),
    facts.TeuSourceSwitched: ("", ("is_on", "reason")),
    facts.PortalChanged: ("portal_id", ("change", "hosts", "version")),
    facts.ViewChanged: ("view_id", ("change", "is_shared", "version")),
    facts.ClientsRegistered: ("clients", ()),
    facts.ClientsChanged: ("clients", ()),
    facts.ClientsErased: ("client_ids", ()),
    facts.BrowserSessionOpened: ("session_id", ("client_id", "certificate_id", "use_id", "browser", "mode", "reason")),
    facts.AccessJobAsked: ("job_id", JOB),
    facts.ClientJobAsked: ("job_id", JOB),
    facts.CertificateJobAsked: ("job_id", JOB),
    facts.MailboxJobAsked: ("job_id", JOB),
}
STATE: Final = ("version", "is_archived", "group_ids", "fields")
ENDED_SESSION: Final = ("client_id", "certificate_id", "use_id", "because", "lasted_s", "hosts", "uploads", "downloads")
ACTS: Final = (*SUBJECT_AND_DETAIL, facts.CertificateUsesEnded, facts.BrowserSessionEnded)
NOBODYS_ACTS: Final[dict[type[Event], str]] = {
    facts.NoticesFound: "a public body listed them; the certificate with which it was asked is in the trail",
    facts.MailboxChecked: "a worker read a mailbox; the use of the certificate is in the trail, and how it ended",
    facts.EdictsMatched: "the bulletin published them",
    facts.ClientsCounted: "a count that follows from other facts",
}


def entries_of(fact: Event, user_id: str) -> list[dict[str, Any]]:
    """Entries {act, user_id, subject, detail} of a fact that this user caused."""
    if isinstance(fact, facts.CertificateUsesEnded):
        return [ended(use) for use in fact.uses]
    if isinstance(fact, facts.BrowserSessionEnded):
        return browser_ended(fact, user_id)
    return [entry_of(fact) | {"user_id": user_id}]


def ended(use: facts.EndedUse) -> dict[str, Any]:
    """How the use ended that was recorded before it happened, whose entry is the subject."""
    detail = {"certificate_id": use.certificate_id, "outcome": use.outcome} | ({"code": use.code} if use.code else {})
    return {"act": "certificate_use_ended", "user_id": use.user_id, "subject": use.use_id, "detail": detail}


def browser_ended(fact: facts.BrowserSessionEnded, user_id: str) -> list[dict[str, Any]]:
    """The end of the session, and that of the use of the certificate."""
    kept = {name: fact.payload()[name] for name in ENDED_SESSION}
    session = {"act": fact.topic, "user_id": user_id, "subject": fact.session_id, "detail": kept}
    outcome = "used" if fact.hosts else "unused"
    use = facts.EndedUse(use_id=fact.use_id, certificate_id=fact.certificate_id, user_id=user_id, outcome=outcome)
    return [session, ended(use)] if fact.use_id else [session]


def entry_of(fact: Event) -> dict[str, Any]:
    """{act, subject, detail} of a fact: the id of its one record, or no subject and what the bulk held."""
    subject, kept = SUBJECT_AND_DETAIL[type(fact)]
    payload = fact.payload()
    detail = {name: payload[name] for name in kept}
    records = payload.get(subject, "")
    if isinstance(records, str):
        return {"act": fact.topic, "subject": records, "detail": detail}
    ids = [identity(record) for record in records]
    if len(ids) == 1:
        return {"act": fact.topic, "subject": ids[0][0], "detail": detail | ids[0][1]}
    return {"act": fact.topic, "subject": "", "detail": detail | {"count": len(ids), "sha256": digest_of_list(ids)}}


def identity(record: Any) -> tuple[str, dict[str, Any]]:
    """The id of a record of a list, and of a client's record its state: its groups decide who sees it, so they are a part of it."""
    return (record, {}) if isinstance(record, str) else (record["client_id"], {name: record[name] for name in STATE})
