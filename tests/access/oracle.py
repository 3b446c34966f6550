"""Who may see which client and do what, said a second time in plain sets, to hold the product's own rule against.

Written from the words of the product, not from its code; nothing of `services` is imported and there is no SQL:

    visible(user, client)     same firm ∧ user active ∧ (the role holds clients.all ∨ they share a group)
    may(user, verb, mailbox)  visible(user, its client) ∧ the role holds the verb's capability ∧ a grant of that verb on the mailbox's
                              body, to the user or to one of the user's groups

Trap: nothing else belongs into the rule. Whether a client is archived or a mailbox paused decides whether there is anything to do, never
who may.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NEEDED = {"sync": "mailboxes.sync", "open": "notifications.open"}
ALL = "clients.all"

# The table of the roles that ship, each as those who do not hold a capability would read it: column by column.
SHIPPED = {
    "administrator": """clients.all clients.write clients.import mailboxes.sync notifications.process certificates.manage groups.manage
        grants.manage users.manage settings.manage audit.read""",
    "manager": """clients.all clients.write clients.import mailboxes.sync notifications.process notifications.open certificates.manage
        certificates.use groups.manage grants.manage audit.read""",
    "operator": "clients.write clients.import mailboxes.sync notifications.process notifications.open certificates.use",
    "reader": "",
}
ROLES = {role: frozenset(words.split()) for role, words in SHIPPED.items()}


@dataclass
class Facts:
    """All there is, as sets of pairs and triples. Users and clients belong to a firm; a grant's holder is a user or a group."""

    firm_of: dict[str, str] = field(default_factory=dict)
    users: set[str] = field(default_factory=set)
    clients: set[str] = field(default_factory=set)
    active: set[str] = field(default_factory=set)
    holds: set[tuple[str, str]] = field(default_factory=set)  # (user, capability)
    members: set[tuple[str, str]] = field(default_factory=set)  # (user, group)
    placed: set[tuple[str, str]] = field(default_factory=set)  # (client, group)
    granted: set[tuple[str, str, str]] = field(default_factory=set)  # (user or group, body, verb)
    mailboxes: set[tuple[str, str]] = field(default_factory=set)  # (client, body)


def visible(facts: Facts, user: str) -> set[str]:
    """The clients that the user may know of."""
    if user not in facts.active:
        return set()
    same_firm = {client for client in facts.clients if facts.firm_of[client] == facts.firm_of[user]}
    if (user, ALL) in facts.holds:
        return same_firm
    groups = {group for one, group in facts.members if one == user}
    return same_firm & {client for client, group in facts.placed if group in groups}


def may(facts: Facts, user: str, verb: str) -> set[tuple[str, str]]:
    """The mailboxes, as (client, body), that the user may sync or open."""
    if (user, NEEDED.get(verb)) not in facts.holds:
        return set()
    holders = {user} | {group for one, group in facts.members if one == user}
    bodies = {body for holder, body, granted in facts.granted if holder in holders and granted == verb}
    seen = visible(facts, user)
    return {(client, body) for client, body in facts.mailboxes if client in seen and body in bodies}
