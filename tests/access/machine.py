"""Random histories of two firms over the real services, compared with the oracle of sets.

A step is what an administrator, an operator of the host or somebody of the firm does: people, roles, groups, members, grants, clients. Then
everybody's lists of clients, mailboxes, notifications and edicts hold exactly what a look at a single one admits, which is what the oracle
says; and what may be synced or opened is what it says: as a check, as a button and as an act. A history begins with people, groups and
clients already there, because most of what can go wrong needs several of them.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from services.contracts.errors import Invalid, NotAllowed
from tests.access import oracle
from tests.access.comparing import BODIES, VERBS, compare
from tests.access.story import MAILBOX, Story, refused_with
from tests.in_process import House
from tests.worlds import numbers

CAPABILITIES = ("clients.all", "clients.write", "mailboxes.sync", "notifications.open")
one_of_some = st.integers(0, 99)
some = st.frozensets(st.integers(0, 3))
some_role = st.sampled_from((*oracle.ROLES, "Propio"))
some_verbs = st.frozensets(st.sampled_from(VERBS))
some_body = st.sampled_from(BODIES)
some_capabilities = st.frozensets(st.sampled_from(CAPABILITIES))
a_person = st.tuples(some_role, some, some_verbs)
firms = st.integers(0, 3).map(lambda number: number // 3)  # Mostly the first, so that its people meet.


def grants(body: str, verbs: frozenset[str]) -> list[dict]:
    return [{"body": body, "verbs": sorted(verbs)}] if verbs else []


class Histories(RuleBasedStateMachine):
    """`house` is given by whoever runs it, once for all histories; each history has firms of its own."""

    house: House
    gone_through = 0

    @initialize(
        people=st.lists(a_person, min_size=2, max_size=4),
        held=some_capabilities,
        granted=st.lists(some_verbs, min_size=2, max_size=3),
        clients=st.lists(some, min_size=1, max_size=3),
    )
    def two_firms(self, people, held, granted, clients):
        self.story = Story(self.house)
        self.users: list[str] = []
        self.groups: list[str] = []
        self.clients: list[str] = []
        for firm in (0, 1):
            self.story.found_firm()
            self.a_role_is_changed(firm, held)
            for verbs in granted[: 3 - 2 * firm]:
                self.a_group_is_made(firm, verbs)
            for person in people[: 4 - 3 * firm]:
                self.a_user_is_made(firm, person)
            for into in clients[: 3 - 2 * firm]:
                self.a_client_is_registered(firm, into)

    def chosen(self, kind: list[str], numbers: frozenset[int], tenant_id: str) -> set[str]:
        """Those of the firm, and still there, at the places that were drawn."""
        of_firm = [one for one in kind if self.story.facts.firm_of.get(one) == tenant_id]
        return {of_firm[number] for number in numbers if number < len(of_firm)}

    # ── people and what they hold ──────────────────────────────────────────────────────────────────────────────────────────────

    @rule(firm=firms, person=a_person)
    def a_user_is_made(self, firm, person):
        (role, into, verbs), admin = person, self.story.firms[firm]
        joined = self.chosen(self.groups, into, admin.tenant_id)
        new = {"email": f"p{next(numbers)}@example.org", "name": "Persona", "role": role, "group_ids": sorted(joined)}
        user = self.story.access(admin.user_id).create_user(new | {"grants": grants(MAILBOX, verbs)})["id"]
        self.users.append(user)
        self.story.know_user(admin, user, role)
        self.story.facts.members |= {(user, group) for group in joined}
        self.story.grant(user, MAILBOX, verbs)

    @rule(number=one_of_some, role=some_role)
    def a_user_is_given_another_role(self, number, role):
        user = self.users[number % len(self.users)]
        self.story.change_user(user, role=role)
        self.story.know_user(self.story.admin_of(user), user, role)

    @rule(number=one_of_some)
    def a_user_is_switched_off_or_on(self, number):
        user = self.users[number % len(self.users)]
        self.story.change_user(user, is_active=user in self.story.disabled)
        self.story.disabled ^= {user}

    @rule(number=one_of_some, body=some_body, verbs=some_verbs)
    def a_user_is_granted(self, number, body, verbs):
        user = self.users[number % len(self.users)]
        self.story.change_user(user, grants=grants(body, verbs))
        self.story.grant(user, body, verbs)

    @rule(number=one_of_some, into=some)
    def a_user_is_put_into_groups(self, number, into):
        user = self.users[number % len(self.users)]
        joined = self.chosen(self.groups, into, self.story.facts.firm_of[user])
        self.story.change_user(user, group_ids=sorted(joined))
        others = {(one, group) for one, group in self.story.facts.members if one != user}
        self.story.facts.members = others | {(user, group) for group in joined}

    @rule(firm=firms, capabilities=some_capabilities)
    def a_role_is_changed(self, firm, capabilities):
        admin = self.story.firms[firm]
        role = self.story.own_role[admin.tenant_id]
        version = self.story.access(admin.user_id).role(role)["version"]
        self.story.access(admin.user_id).change_role(role, {"version": version, "capabilities": sorted(capabilities)})
        self.story.held[role] = capabilities

    @rule(firm=firms, number=one_of_some)
    def a_firm_is_suspended_for_a_while(self, firm, number):
        tenant_id, operator = self.story.firms[firm].tenant_id, self.house.ask("access")
        operator.suspend_tenant(tenant_id)
        self.story.suspended.add(tenant_id)
        self.somebody_looks(number)
        operator.resume_tenant(tenant_id)
        self.story.suspended.remove(tenant_id)

    # ── groups ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(firm=firms, verbs=some_verbs)
    def a_group_is_made(self, firm, verbs):
        admin = self.story.firms[firm]
        new = {"name": f"Grupo {next(numbers)}", "grants": grants(MAILBOX, verbs)}
        group = self.story.access(admin.user_id).create_group(new)["id"]
        self.groups.append(group)
        self.story.facts.firm_of[group] = admin.tenant_id
        self.story.grant(group, MAILBOX, verbs)

    @rule(number=one_of_some, some=some)
    def a_group_has_members(self, number, some):
        if group := self.a_group(number):
            members = self.chosen(self.users, some, self.story.facts.firm_of[group])
            self.story.change_group(group, member_ids=sorted(members))
            others = {(user, one) for user, one in self.story.facts.members if one != group}
            self.story.facts.members = others | {(user, group) for user in members}

    @rule(number=one_of_some, body=some_body, verbs=some_verbs)
    def a_group_is_granted(self, number, body, verbs):
        if group := self.a_group(number):
            self.story.change_group(group, grants=grants(body, verbs))
            self.story.grant(group, body, verbs)

    @rule(number=one_of_some)
    def a_group_is_deleted(self, number):
        if group := self.a_group(number):
            access = self.story.access(group)
            access.delete_group(group, access.group(group)["version"])
            self.groups.remove(group)
            self.story.forget_group(group)

    def a_group(self, number: int) -> str | None:
        return self.groups[number % len(self.groups)] if self.groups else None

    # ── clients ────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(firm=firms, into=some)
    def a_client_is_registered(self, firm, into):
        admin = self.story.firms[firm]
        groups = self.chosen(self.groups, into, admin.tenant_id)
        self.clients.append(self.story.register(admin, groups, groups))

    @rule(number=one_of_some)
    def a_client_is_registered_by_somebody(self, number):
        """Without the right to all clients it enters all of the creator's groups; who may not register, or is in none, is refused."""
        user = self.users[number % len(self.users)]
        held, groups, asking = self.story.capabilities_of(user), self.story.groups_of(user), self.story.as_user(user)
        if user in self.story.disabled:
            return
        if "clients.write" in held and (groups or oracle.ALL in held):
            self.clients.append(self.story.register(asking, set(), set() if oracle.ALL in held else groups))
        else:
            reason = Invalid if "clients.write" in held else NotAllowed
            assert refused_with(lambda: self.story.register(asking, set(), set())) is reason

    @rule(number=one_of_some, into=some)
    def a_client_is_moved(self, number, into):
        client = self.clients[number % len(self.clients)]
        wanted = self.chosen(self.groups, into, self.story.facts.firm_of[client])
        self.house.ask("clients", self.story.admin_of(client)).set_groups(client, sorted(wanted))
        others = {(one, group) for one, group in self.story.facts.placed if one != client}
        self.story.facts.placed = others | {(client, group) for group in wanted}

    @rule(number=one_of_some)
    def a_client_is_archived_or_restored(self, number):
        client = self.clients[number % len(self.clients)]
        clerk = self.house.ask("clients", self.story.admin_of(client))
        (clerk.restore if client in self.story.archived else clerk.archive)(client)
        self.story.archived ^= {client}

    # ── what has to be true ────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(number=one_of_some)
    def somebody_looks(self, number):
        compare(self.story, self.users[number % len(self.users)])

    def teardown(self) -> None:
        if hasattr(self, "story"):
            for user in sorted(self.story.facts.users):
                compare(self.story, user)
            assert self.house.parked() == {}
            type(self).gone_through += 1
