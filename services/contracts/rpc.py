"""What may be asked of each service. A service keeps every promise of its protocol (a test compares them); nobody calls anything else.

Who is asking travels beside the arguments, in the call's headers: tenant, user, request id. Arguments and answers are plain JSON; the
shapes of resources are in `contracts.schemas`. Every method may raise the refusals of `contracts.errors`. A chain of calls is at most two
deep, and nobody calls back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

SIGNED_IN = "signed_in"
"""The permission of every active user."""

INTERNAL = "internal"
"""Asked by other services and by operators' commands; the gateway never passes it on."""


@dataclass(frozen=True)
class Scope:
    """What a user may see and do at the moment of asking: the answer of `access.scope`, for lists and rules kept elsewhere."""

    user_id: str
    capabilities: frozenset[str]
    group_ids: frozenset[str]
    grants: frozenset[tuple[str, str]]

    @property
    def sees_all_clients(self) -> bool:
        return "clients.all" in self.capabilities

    def sees(self, client_group_ids: frozenset[str] | set[str]) -> bool:
        """Whether a client of the same tenant that is in these groups may be seen."""
        return self.sees_all_clients or not self.group_ids.isdisjoint(client_group_ids)

    def knows(self, group_id: str) -> bool:
        """Whether one may know of this group of the same tenant; a filter by another finds nothing, or it would tell who is in it."""
        return self.sees_all_clients or group_id in self.group_ids

    def to_wire(self) -> Json:
        return {
            "user_id": self.user_id,
            "capabilities": sorted(self.capabilities),
            "group_ids": sorted(self.group_ids),
            "grants": sorted([body, verb] for body, verb in self.grants),
        }

    @classmethod
    def from_wire(cls, data: Json) -> Scope:
        return cls(
            user_id=data["user_id"],
            capabilities=frozenset(data["capabilities"]),
            group_ids=frozenset(data["group_ids"]),
            grants=frozenset((body, verb) for body, verb in data["grants"]),
        )


class EveryService(Protocol):
    """What may be asked of any service: about a firm by an operator, of what is parked by whoever manages the firm's settings."""

    def together(self, questions: Json) -> Json: ...  # {method: [argument…]} → {method: answer}: a page's questions that only read

    def holdings(self) -> list[Json]: ...  # the tables that a firm is handed: [{table, says, columns: {name: type}, left_out: [name…]}]
    def holdings_page(self, tenant_id: str, table: str, after: list[Any] | None) -> Json: ...  # {rows, after}; after None: no more
    def erasure(self, tenant_id: str) -> Json: ...  # {is_known, is_done, rows_left}
    def parked_summary(self) -> list[Json]: ...  # [{handler, count, oldest_at, next_try_at}] of who asks' firm


class HasJobs(Protocol):
    """What may be asked of a service that does long work part by part."""

    def job(self, job_id: str) -> Json: ...  # of who asked for it, and for who manages users
    def job_outcomes(self, job_id: str, page: Json) -> Json: ...  # {items, total, page, page_size}: what became of each row


class Access(EveryService, HasJobs, Protocol):
    """Tenants, users, roles, groups and grants: who may see and do what."""

    def scope(self) -> Json: ...  # of who is asking: a Scope on the wire; NotSignedIn when the user is not active
    def check(self, user_id: str, verb: str, body: str, client_group_ids: list[str]) -> bool: ...  # sync or open, at the moment of acting
    def person(self, email: str) -> Json | None: ...  # {tenant_id, user_id, is_active, is_suspended} of an email, across tenants
    def me(self) -> Json: ...
    def change_me(self, changes: Json) -> Json: ...  # one's own name and language
    def create_tenant(self, name: str, admin_email: str, admin_name: str = "") -> Json: ...  # {tenant_id, user_id}
    def tenants(self) -> list[Json]: ...
    def suspend_tenant(self, tenant_id: str) -> Json: ...  # nobody signs in and nothing is read until resume_tenant
    def resume_tenant(self, tenant_id: str) -> Json: ...
    def erase_tenant(self, tenant_id: str) -> None: ...  # for good; Conflict unless suspended. `erasure` of each service says how far it is
    def settings(self) -> Json: ...  # of who is asking's firm: schemas.settings.Settings
    def settings_of(self, tenant_id: str) -> Json: ...  # the same, for services and commands
    def change_settings(self, changes: Json) -> Json: ...
    def logo(self) -> Json: ...  # {media_type, content_base64}
    def set_logo(self, content_base64: str) -> Json: ...  # the settings
    def remove_logo(self) -> Json: ...
    def create_user(self, new_user: Json) -> Json: ...
    def join(self, new_user: Json) -> Json: ...  # a new user whom the firm's own sign-in provider vouches for
    def users(self, page: Json) -> Json: ...
    def user(self, user_id: str) -> Json: ...
    def covers(self, user_id: str) -> bool: ...
    def change_user(self, user_id: str, changes: Json) -> Json: ...
    def users_of(self, tenant_id: str) -> list[Json]: ...  # for operators
    def disable_user(self, tenant_id: str, user_id: str) -> Json: ...  # by an operator
    def roles(self) -> list[Json]: ...
    def role(self, role_id: str) -> Json: ...
    def create_role(self, new_role: Json) -> Json: ...
    def change_role(self, role_id: str, changes: Json) -> Json: ...
    def delete_role(self, role_id: str, version: int) -> None: ...
    def create_group(self, new_group: Json) -> Json: ...
    def groups(self, page: Json) -> Json: ...
    def group(self, group_id: str) -> Json: ...
    def change_group(self, group_id: str, changes: Json) -> Json: ...
    def delete_group(self, group_id: str, version: int) -> None: ...
    def grants(self, page: Json) -> Json: ...
    def give_grant(self, grant: Json) -> Json: ...
    def set_grant(self, grant: Json) -> Json: ...
    def take_grant(self, grant: Json) -> Json: ...
    def import_file(self, content: str, layout: str, dry_run: bool) -> Json: ...  # groups, users: as of Clients


class SignIn(EveryService, Protocol):
    """Passwords, sessions and API tokens: who somebody is."""

    def sign_in(self, email: str, password: str, address: str, otp: str = "") -> Json: ...  # schemas.sessions.Session
    def second_step(self, step: str, otp: str, address: str) -> Json: ...  # the same, after OtpNeeded
    def who(self, credential: str) -> Json: ...

    # of a session or API token: {tenant_id, user_id, csrf_token, only: [capability…] | None, came_with, kind: session, enrolling, token}

    def sessions(self) -> list[Json]: ...  # one's own
    def end_session(self, session_id: str) -> None: ...
    def second_factor(self) -> Json: ...
    def enrol_totp(self) -> Json: ...
    def confirm_totp(self, otp: str) -> Json: ...  # a new session and {recovery_codes}
    def remove_totp(self, password: str, otp: str) -> Json: ...  # a new session
    def renew_recovery_codes(self, password: str, otp: str) -> Json: ...
    def reset_second_factor(self, user_id: str) -> None: ...  # for who has lost it
    def sign_out(self, session: str) -> None: ...
    def invite(self, tenant_id: str, user_id: str) -> str: ...  # a one-time code to set a password with
    def invite_user(self, user_id: str, by: str = "") -> Json: ...  # {invitation, mail}: by mail, unless there is none or by is "link"
    def invitation(self, user_id: str) -> Json: ...  # {expires_at, mail: {state, reason, sent_at} | None}
    def is_invitation(self, code: str, founding: bool) -> bool: ...  # whether it can still be used
    def accept_invitation(self, code: str, password: str, address: str = "") -> None: ...
    def forgotten(self, email: str, address: str) -> Json: ...  # {message}, the same for every email
    def founding_code(self) -> str: ...  # of the first administrator of an empty installation
    def found(self, code: str, founder: Json) -> None: ...  # {tenant, name, email, password}
    def change_password(self, current: str, password: str) -> Json: ...  # a new session, as sign_in's; every other one has ended
    def issue_token(self, new_token: Json) -> Json: ...
    def tokens(self) -> list[Json]: ...
    def tokens_of(self, user_id: str) -> list[Json]: ...
    def revoke_token(self, token_id: str, user_id: str = "") -> None: ...

    # `origin` is the address of the request, as https://host; `address` that of who sent it
    def passkey_options(self, origin: str, address: str) -> Json: ...  # what a browser makes a new passkey from
    def enrol_passkey(self, new_passkey: Json, origin: str) -> Json: ...
    def passkeys(self) -> list[Json]: ...
    def rename_passkey(self, passkey_id: str, changes: Json) -> Json: ...
    def remove_passkey(self, passkey_id: str) -> None: ...
    def passkey_challenge(self, origin: str, address: str) -> Json: ...  # what a browser signs in with
    def sign_in_with_passkey(self, credential: Json, origin: str, address: str) -> Json: ...  # as sign_in
    def provider(self, origin: str) -> Json: ...  # the firm's own sign-in provider (OpenID Connect)
    def set_provider(self, new_provider: Json, origin: str) -> Json: ...
    def remove_provider(self) -> None: ...
    def oidc_start(self, tenant_id: str, origin: str, address: str) -> Json: ...  # {redirect, secret}: the browser keeps the secret
    def oidc_start_by_email(self, email: str, origin: str, address: str) -> Json: ...  # the same
    def oidc_finish(self, answer: Json, origin: str, address: str) -> Json: ...  # {state, code, iss, error, secret}; as sign_in


class Clients(EveryService, HasJobs, Protocol):
    """Who the firm acts for, and which groups each is in."""

    def register(self, new_client: Json) -> Json: ...
    def clients(self, page: Json) -> Json: ...  # {items, total, page, page_size}
    def client(self, client_id: str) -> Json: ...
    def change(self, client_id: str, changes: Json) -> Json: ...
    def archive(self, client_id: str) -> None: ...
    def erase(self, client_id: str, confirmation: Json) -> None: ...  # for good: {tax_id, reason}; Conflict unless archived
    def restore(self, client_id: str) -> Json: ...  # the client; Conflict when its tax id is another client's by now
    def export(self, wanted: Json) -> Json: ...  # {client_ids, head} of what such a list holds; in the trail before it answers
    def export_these(self, client_ids: list[str]) -> Json: ...  # the same, of those of these clients that who asks may see
    def export_rows(self, client_ids: list[str]) -> str: ...  # their lines of CSV
    def import_file(self, content: str, layout: str, dry_run: bool) -> Json: ...  # a job; content in base64, layout "" to be recognised
    def views(self) -> list[Json]: ...  # of who asks, and those shared with the firm
    def sizes_of_views(self) -> Json: ...  # {view_id: how many clients it holds for who asks}, of the first 30 of `views`
    def save_view(self, new_view: Json) -> Json: ...
    def change_view(self, view_id: str, changes: Json) -> Json: ...
    def remove_view(self, view_id: str) -> None: ...
    def chosen(self, wanted: Json) -> list[str]: ...  # the ids of all that such a list holds
    def bulk(self, action: Json) -> Json: ...  # a job; schemas.bulk.BulkAction
    def names(self, client_ids: list[str]) -> Json: ...  # {client_id: name} of those that who asks may see
    def clients_of_groups(self, group_ids: list[str]) -> Json: ...  # {group_id: [client_id…]} of those that who asks may see
    def sizes_of_groups(self, group_ids: list[str]) -> Json: ...  # {group_id: how many clients that are not archived}, as above
    def set_clients_of_group(self, group_id: str, client_ids: list[str]) -> list[str]: ...
    def facts_by_tax_id(self, tax_ids: list[str]) -> list[Json]: ...  # the same, of those not archived
    def facts(self, client_ids: list[str]) -> list[Json]: ...  # ClientFacts of those that exist, for who has not heard of them
    def groups_of(self, client_id: str) -> list[str]: ...
    def set_groups(self, client_id: str, group_ids: list[str]) -> list[str]: ...


class Keyring(EveryService, HasJobs, Protocol):
    """Certificates: the only holder of the master key."""

    def door(self) -> str: ...  # the public key to which what is handed in is sealed
    def import_certificate(self, client_id: str, box: str) -> Json: ...  # box of {pkcs12_base64, password}; client_id "" for the firm's own
    def import_many(self, entries: list[Json], digest: str, dry_run: bool) -> Json: ...  # a job; schemas.certificates.ManyHandedIn
    def certificates(self, client_id: str) -> list[Json]: ...
    def remove_certificate(self, client_id: str, certificate_id: str) -> None: ...
    def release(self, tickets: list[Json], worker_key: str) -> list[Json]: ...

    # tickets (schema Ticket, at most 50): [{id?, tenant_id, certificate_id, mailbox_id, client_id, body, reason, user_id}];
    # answer per ticket, in order: {ticket_id, use_id, certificate_id, mailbox_id, sealed, chain_pem, expires_at}, to be opened with
    # WorkerKey.open(sealed, release_context(answer, worker_key)), or {ticket_id, certificate_id, mailbox_id, refused: {code, message}}


class Audit(EveryService, Protocol):
    """The trail."""

    def record(
        self, entries: list[Json]
    ) -> list[str]: ...  # committed when it answers; [{tenant_id, act, user_id, subject, detail}] → entry ids
    def entries(self, page: Json) -> Json: ...
    def checkpoint(self, size: int = 0) -> Json: ...  # schemas.audit.ShownCheckpoint; 0: the latest
    def proof(self, entry_id: str, size: int = 0) -> Json: ...  # InclusionProof
    def consistency(self, first: int, second: int) -> Json: ...  # ConsistencyProof; second 0: the latest
    def export(self) -> Json: ...  # {line, size}: recorded and signed first; the lines that follow come from `exported`
    def exported(self, after: int, size: int) -> Json: ...  # {lines, after}: some more lines; until `after` is `size`
    def export_of(self, tenant_id: str) -> Json: ...  # the same two for an operator
    def exported_of(self, tenant_id: str, after: int, size: int) -> Json: ...


class MailboxSync(EveryService, HasJobs, Protocol):
    """Mailboxes and when each is due; reads them."""

    def bodies(self) -> list[Json]: ...
    def health(self) -> list[Json]: ...
    def add_mailbox(self, client_id: str, new_mailbox: Json) -> Json: ...
    def mailboxes(self, page: Json) -> Json: ...
    def mailbox(self, mailbox_id: str) -> Json: ...
    def change_mailbox(self, mailbox_id: str, changes: Json) -> Json: ...
    def remove_mailbox(self, mailbox_id: str) -> None: ...
    def sync_now(self, mailbox_id: str) -> Json: ...  # {id, state}
    def sync(self, sync_id: str) -> Json: ...
    def bulk(self, action: Json) -> Json: ...  # a job; a BulkAction of mailboxes, with ids
    def portals(self) -> list[Json]: ...  # schemas.portals.Portal; what a browser of the firm may open, and the hosts it may reach
    def removed_portals(self) -> list[Json]: ...  # the same, of those that ship and that the firm removed
    def add_portal(self, new_portal: Json) -> Json: ...
    def change_portal(self, portal_id: str, changes: Json) -> Json: ...
    def remove_portal(self, portal_id: str, version: int) -> None: ...
    def restore_portal(self, portal_id: str, which: Json) -> Json: ...  # as it ships


class TeuWatcher(EveryService, HasJobs, Protocol):
    """Reads the Tablón Edictal Único and finds the clients in it."""

    def edicts(self, page: Json) -> Json: ...
    def edict(self, edict_id: str) -> Json: ...
    def coverage(self) -> Json: ...
    def read_day(self, day: str) -> Json: ...  # a job: {id, state}
    def source(self) -> Json: ...
    def switch_source(self, is_on: bool, reason: str) -> Json: ...  # the host's, so an operator's: `casillero teu on|off`


class Notifications(EveryService, Protocol):
    """The inbox."""

    def notifications(self, page: Json) -> Json: ...
    def notification(self, notification_id: str) -> Json: ...
    def change(self, notification_id: str, changes: Json) -> Json: ...
    def documents(self, client_id: str) -> list[Json]: ...  # schemas.documents.Document
    def add_document(self, client_id: str, new_document: Json) -> Json: ...  # then its parts, at most PART_BYTES each, from 0
    def add_part(self, document_id: str, number: int, content_base64: str) -> None: ...
    def finish_document(self, document_id: str, whole: Json) -> Json: ...  # {size, sha256}; before this it is not there for others
    def read_document(self, document_id: str) -> Json: ...  # in the trail before it answers; the content comes from `document_part`
    def document_part(self, document_id: str, number: int) -> str: ...  # base64


class Browser(EveryService, Protocol):
    """Browsers that show a client's certificate."""

    def open(self, client_id: str, new_session: Json) -> Json: ...  # schemas.browser_sessions; the key's use is in the trail before
    def session(self, session_id: str) -> Json: ...
    def sessions_of(self, client_id: str) -> list[Json]: ...  # the latest, newest first
    def close(self, session_id: str) -> None: ...  # at once; closing what has ended is no fault
    def viewer_token(self, session_id: str) -> str: ...  # good once, within a minute, for who opened it
    def redeem(self, session_id: str, token: str) -> Json: ...  # {screen}: the path of a Unix socket that speaks RFB
    def upload(self, session_id: str, file: Json) -> Json: ...  # the session
    def download(self, session_id: str, name: str) -> Json: ...  # {name, content_base64}


PROMISES: dict[str, type] = {
    "access": Access,
    "sign_in": SignIn,
    "clients": Clients,
    "keyring": Keyring,
    "audit": Audit,
    "mailbox_sync": MailboxSync,
    "teu_watcher": TeuWatcher,
    "notifications": Notifications,
    "browser": Browser,
}
