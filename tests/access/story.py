"""What a history keeps beside the product: who and what there is, as its own steps made it, and how it asks the product."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from services.chassis.asking import Asking
from services.contracts.errors import Refusal
from services.contracts.events import FoundNotice, NoticesFound, PublicBody
from services.contracts.message import new_id, utc_now
from services.teu_watcher.models import Match
from tests import people
from tests.access import oracle
from tests.access.oracle import Facts
from tests.in_process import House
from tests.worlds import numbers

OFFICE = PublicBody(code="EA0028512", name="Oficina")
MAILBOX = "dehu"


@dataclass
class Story:
    """`firm_of` knows users, groups and clients that are there; `roles` a user's role, a shipped one's name or an own one's id."""

    house: House
    firms: list[Asking] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)
    roles: dict[str, str] = field(default_factory=dict)
    held: dict[str, frozenset[str]] = field(default_factory=lambda: dict(oracle.ROLES))
    own_role: dict[str, str] = field(default_factory=dict)
    disabled: set[str] = field(default_factory=set)
    suspended: set[str] = field(default_factory=set)
    archived: set[str] = field(default_factory=set)
    mailbox_ids: dict[str, str] = field(default_factory=dict)
    notification_ids: dict[str, str] = field(default_factory=dict)
    edict_ids: dict[str, str] = field(default_factory=dict)

    # ── the product ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def found_firm(self) -> None:
        number = next(numbers)
        made = self.house.ask("access").create_tenant(f"despacho{number}", f"admin{number}@example.org")
        admin = Asking(tenant_id=made["tenant_id"], user_id=made["user_id"])
        self.firms.append(admin)
        self.know_user(admin, admin.user_id, "administrator")
        self.own_role[admin.tenant_id] = self.house.ask("access", admin).create_role({"name": "Propio", "capabilities": []})["id"]
        self.held[self.own_role[admin.tenant_id]] = frozenset()

    def access(self, of: str) -> Any:
        return self.house.ask("access", self.admin_of(of))

    def change_user(self, user: str, **changes: Any) -> None:
        self.access(user).change_user(user, changes | {"version": self.access(user).user(user)["version"]})

    def change_group(self, group: str, **changes: Any) -> None:
        self.access(group).change_group(group, changes | {"version": self.access(group).group(group)["version"]})

    def register(self, asking: Asking, sent: set[str], entered: set[str]) -> str:
        """A client with a mailbox, a notice in it and an edict that names it; `entered` are the groups that it has to be in then."""
        party = {"tax_id": people.tax_id(), "name": "Cliente", "group_ids": sorted(sent)}
        client = self.house.ask("clients", asking).register(party)["id"]
        self.house.deliver()
        clerk = self.house.ask("mailbox_sync", self.admin_in(asking.tenant_id))
        self.mailbox_ids[client] = clerk.add_mailbox(client, {"body": MAILBOX, "via": "own_certificate"})["id"]
        self.edict_ids[client] = self.put_edict(asking, client)
        with self.house.stores["mailbox_sync"].begin(asking) as db:
            db.publish(NoticesFound(mailbox_id=self.mailbox_ids[client], client_id=client, body=MAILBOX, notices=(a_notice(),)))
        self.house.deliver()
        filed = self.house.ask("notifications", self.admin_in(asking.tenant_id)).notifications({"client": client})["items"]
        self.notification_ids[client] = filed[0]["id"]
        self.know_client(asking.tenant_id, client, entered)
        return client

    def put_edict(self, asking: Asking, client: str) -> str:
        """As the reading of a day would keep it."""
        texts = dict.fromkeys(("issuer", "title", "regime", "holder_tax_id", "row", "url", "match"), "x")
        with self.house.stores["teu_watcher"].begin(asking) as db:
            match = Match(id=new_id(), client_id=client, edict_id=f"BOE-N-{next(numbers)}", published_on=utc_now().date(), **texts)
            db.add(match)
        return match.id

    def page(self, name: str, method: str, asking: Asking, **filters: Any) -> list[dict[str, Any]]:
        return getattr(self.house.ask(name, asking), method)({"page_size": 200, **filters})["items"]

    # ── what is known of it ────────────────────────────────────────────────────────────────────────────────────────────────────

    def admin_in(self, tenant_id: str) -> Asking:
        return next(admin for admin in self.firms if admin.tenant_id == tenant_id)

    def admin_of(self, one: str) -> Asking:
        return self.admin_in(self.facts.firm_of[one])

    def as_user(self, user: str) -> Asking:
        return Asking(tenant_id=self.facts.firm_of[user], user_id=user)

    def is_there(self, one: str) -> bool:
        """Of a user, a group or a client: it was not deleted, and its firm is not suspended."""
        return one in self.facts.firm_of and self.facts.firm_of[one] not in self.suspended

    def groups_of(self, user: str) -> set[str]:
        return {group for one, group in self.facts.members if one == user}

    def capabilities_of(self, user: str) -> frozenset[str]:
        return self.held[self.roles[user]]

    def know_user(self, admin: Asking, user: str, role: str) -> None:
        self.facts.firm_of[user] = admin.tenant_id
        self.facts.users.add(user)
        self.roles[user] = self.own_role[admin.tenant_id] if role == "Propio" else role

    def know_client(self, tenant_id: str, client: str, groups: set[str]) -> None:
        self.facts.firm_of[client] = tenant_id
        self.facts.clients.add(client)
        self.facts.placed |= {(client, group) for group in groups}
        self.facts.mailboxes |= {(client, body) for body in (MAILBOX, "tgss")}

    def grant(self, holder: str, body: str, verbs: set[str]) -> None:
        """The holder's grants are these and no others."""
        self.facts.granted = {one for one in self.facts.granted if one[0] != holder} | {(holder, body, verb) for verb in verbs}

    def forget_group(self, group: str) -> None:
        del self.facts.firm_of[group]
        self.facts.members = {pair for pair in self.facts.members if pair[1] != group}
        self.facts.placed = {pair for pair in self.facts.placed if pair[1] != group}
        self.facts.granted = {one for one in self.facts.granted if one[0] != group}

    def now(self) -> Facts:
        """The facts with what follows from roles and switches."""
        self.facts.active = {user for user in self.facts.users if user not in self.disabled and self.is_there(user)}
        self.facts.holds = set(self.held_pairs())
        return self.facts

    def held_pairs(self) -> Iterator[tuple[str, str]]:
        for user in self.facts.users:
            for capability in self.capabilities_of(user):
                yield user, capability


def a_notice() -> FoundNotice:
    return FoundNotice(
        origin_code="1",
        reference=f"N-{next(numbers)}",
        kind="notification",
        subject="Requerimiento",
        issuer=OFFICE,
        issuer_root=OFFICE,
        holder_tax_id="",
        available_at=utc_now() - timedelta(days=1),
    )


def refused_with(act: Callable[..., Any], *args: Any) -> type[Refusal] | None:
    """The kind of refusal, None when it was done."""
    try:
        act(*args)
    except Refusal as refusal:
        return type(refusal)
    return None
