"""Who may see a client and who may sync or open a mailbox: pure rules over one user's standing.

Situation: a list asks `scope` once and filters its own rows with it; an act asks `may` at the moment of acting. Both come from the
same rule, so a list holds exactly what a check admits.

Traps: the tenant is compared before anything else, because group ids of another tenant could otherwise match. An inactive user
keeps groups and grants in the database, and they are worth nothing. A grant without the role's capability is worth nothing, nor the
reverse. Being an administrator does not allow opening.

Invariant: whatever is unknown (a verb, a body, a capability) is refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

CAPABILITIES: Final = (
    "clients.all",
    "clients.write",
    "clients.import",
    "mailboxes.sync",
    "notifications.process",
    "notifications.open",
    "certificates.manage",
    "certificates.use",
    "groups.manage",
    "grants.manage",
    "users.manage",
    "settings.manage",
    "audit.read",
)

CAPABILITY_OF_VERB: Final = {"sync": "mailboxes.sync", "open": "notifications.open"}

SHIPPED_ROLES: Final = {
    "administrator": frozenset(CAPABILITIES) - {"notifications.open", "certificates.use"},
    "manager": frozenset(CAPABILITIES) - {"users.manage", "settings.manage"},
    "operator": frozenset(
        {"clients.write", "clients.import", "mailboxes.sync", "notifications.process", "notifications.open", "certificates.use"}
    ),
    "reader": frozenset[str](),
}


@dataclass(frozen=True)
class Standing:
    """What a user is and holds at one moment.

    `grants` are pairs (body, verb), the user's own and those of their groups together; `group_ids` are the groups they are in.
    """

    tenant_id: str
    user_id: str
    is_active: bool
    capabilities: frozenset[str]
    group_ids: frozenset[str]
    grants: frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Scope:
    """The clients that a user sees: all of the tenant's, or those in one of the groups."""

    tenant_id: str
    all_clients: bool
    group_ids: frozenset[str]

    def admits(self, tenant_id: str, client_group_ids: Iterable[str]) -> bool:
        """True if a client of that tenant, in those groups, is seen."""
        return self.tenant_id == tenant_id and (self.all_clients or not self.group_ids.isdisjoint(client_group_ids))


def scope(standing: Standing) -> Scope:
    """The user's view of the clients, for a list to filter with; empty for an inactive user."""
    if not standing.is_active:
        return Scope(standing.tenant_id, False, frozenset())
    return Scope(standing.tenant_id, "clients.all" in standing.capabilities, standing.group_ids)


def visible(standing: Standing, tenant_id: str, client_group_ids: Iterable[str]) -> bool:
    """True if the user may know that the client exists: same tenant, active, and all clients or a shared group."""
    return scope(standing).admits(tenant_id, client_group_ids)


def may(standing: Standing, verb: str, tenant_id: str, client_group_ids: Iterable[str], body: str) -> bool:
    """True if the user may `sync` or `open` the mailbox of a client at a body: visible, the role's capability and a grant."""
    return (
        CAPABILITY_OF_VERB.get(verb) in standing.capabilities
        and (body, verb) in standing.grants
        and visible(standing, tenant_id, client_group_ids)
    )
