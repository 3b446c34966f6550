"""The tables without row-level security, each with the reason why and with its columns, so that none gets a new one unseen.

They are read across tenants (relay, retries, sign-in, schedule, matching) or belong to no tenant. None holds text of a person in clear:
only ids, instants, states, keyed hashes, sealed payloads, and what public bodies publish without naming anybody.
"""

from __future__ import annotations

from typing import NamedTuple


class Unprotected(NamedTuple):
    reason: str
    columns: frozenset[str]


def because(reason: str, columns: str) -> Unprotected:
    return Unprotected(reason, frozenset(columns.split()))


EVERYWHERE = {
    "outbox": because("the relay sends everybody's events; payloads are sealed", "id topic envelope claimed_until sent_at"),
    "handled": because("marks of events, read before anybody knows whose an event is", "handler event_id at"),
    "parked": because(
        "retried and listed across tenants; payloads sealed, errors are kinds of errors",
        "handler event_id envelope error attempts parked_at next_try_at",
    ),
    "leases": because("which process does a job", "name holder until"),
    "erased": because("what is heard late about an erased firm is recognised before acting for it", "id tenant_id at next_at"),
    "alembic_version": because("which migration was applied", "version_num"),
}
JOBS = {"job_claims": because("a process takes the next job, of any firm", "id tenant_id holder lease_until served_at attempts")}
WITH_JOBS = ("access", "clients", "keyring", "mailbox_sync")
OWN = {
    "access": {"directory": because("whose an email is, asked before anybody is signed in", "email_hash tenant_id user_id")},
    "sign_in": {
        "attempts": because("limits are shared by all who are not signed in yet", "id who_hash address_hash at"),
        "challenges": because(
            "a ceremony begins before anybody is signed in", "challenge_hash purpose tenant_id user_id address_hash expires_at"
        ),
        "invitations": because("found by the code of a link", "code_hash tenant_id user_id expires_at"),
        "letters": because(
            "the mailer takes everybody's; text and address are sealed",
            "id tenant_id user_id kind sealed state reason tries next_try_at expires_at created_at sent_at",
        ),
        "passkey_hashes": because("whose a passkey is, asked before sign-in", "credential_hash passkey_id tenant_id"),
        "provider_domains": because("which firm an email's domain signs in with", "domain_hash tenant_id"),
        "sessions": because("found by a cookie", "session_hash id is_enrolling created_at tenant_id user_id expires_at ends_at"),
        "token_hashes": because("found by an API token", "token_hash token_id tenant_id"),
    },
    "keyring": {
        "master_keys": because("which master keys there are", "id"),
        "tickets": because("a ticket is used once, whoever it is of", "id used_at"),
    },
    "audit": {
        "signing_keys": because("which signing keys there are", "id"),
        "trails": because("which trail is to be signed next", "tenant_id size signed_size signed_at next_at reread fault"),
    },
    "browser": {
        "running": because("places on a machine are counted over all firms", "host slot session_id tenant_id user_id seen_at"),
    },
    "mailbox_sync": {
        "attempts": because("health of a body, over all firms", "id body outcome is_failure duration_ms at"),
        "breakers": because("a body that is down rests for everybody", "body certificate_id failures rests_until"),
        "due": because(
            "workers take what is due, of any firm", "mailbox_id tenant_id body due_at urgent failures lease_until leased_by fence"
        ),
        "turns": because("firms take turns, but suspended ones", "tenant_id last_served is_suspended tenant_version"),
    },
    "teu_watcher": {
        "days": because(
            "the bulletin is one for all", "published_on state edicts_total edicts_read error failures last_polled_at next_at asked"
        ),
        "edicts": because(
            "public, one for all; headings and terms are sealed",
            "id published_on heading terms url state attempts regime sha256 wanted_at",
        ),
        "mentions": because("keyed hashes of the tax ids that an edict names", "hash edict_id published_on"),
        "source": because("a switch of the host", "id is_on reason switched_at watching_since"),
        "watched": because("keyed hashes of the tax ids that are watched, matched all at once", "client_id tenant_id hash"),
    },
}


def exceptions_of(service: str) -> dict[str, Unprotected]:
    return EVERYWHERE | (JOBS if service in WITH_JOBS else {}) | OWN.get(service, {})
