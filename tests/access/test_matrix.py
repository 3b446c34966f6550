"""Every combination of role, groups, grant, user's state, client's state and mailbox's state, asked of the real services.

Who may is decided by the first four; the state of client and mailbox only decides whether there is anything to do.
"""

from __future__ import annotations

from itertools import product

import pytest

from services.chassis.asking import Asking
from services.contracts.errors import Conflict, NotAllowed, NotFound, NotSignedIn
from tests.access import oracle
from tests.access.story import MAILBOX, Story, refused_with
from tests.in_process import House
from tests.worlds import numbers

VERBS = ("sync", "open")
GRANTS = [{"body": MAILBOX, "verbs": list(VERBS)}]
CLIENT_STATES = ("there", "archived", "receives nothing")
PEOPLE = list(product(oracle.ROLES, (True, False), ("nobody", "user", "group"), (True, False)))


class Firm:
    """48 people, one a combination, and six clients that those of one group see, one a combination of client's and mailbox's state."""

    def __init__(self, house: House):
        self.story = Story(house)
        self.story.found_firm()
        self.admin = self.story.firms[0]
        self.access = house.ask("access", self.admin)
        self.portfolio = self.access.create_group({"name": "Cartera"})["id"]
        self.granted = self.access.create_group({"name": "Permisos", "grants": GRANTS})["id"]
        self.users = {combination: self.user(*combination) for combination in PEOPLE}
        self.clients = {states: self.client(*states) for states in product(CLIENT_STATES, (False, True))}
        house.deliver()

    def user(self, role: str, shares: bool, holder: str, is_active: bool) -> Asking:
        groups = [self.portfolio] * shares + [self.granted] * (holder == "group")
        new = {"email": f"m{next(numbers)}@example.org", "name": "Persona", "role": role, "group_ids": groups}
        user = self.access.create_user(new | {"grants": GRANTS if holder == "user" else []})
        if not is_active:
            self.access.change_user(user["id"], {"is_active": False, "version": user["version"]})
        return Asking(tenant_id=self.admin.tenant_id, user_id=user["id"])

    def client(self, state: str, is_paused: bool) -> str:
        client = self.story.register(self.admin, {self.portfolio}, {self.portfolio})
        if is_paused:
            keeper = self.story.house.ask("mailbox_sync", self.admin)
            keeper.change_mailbox(self.story.mailbox_ids[client], {"state": "paused", "version": 1})
        clerk = self.story.house.ask("clients", self.admin)
        if state == "archived":
            clerk.archive(client)
        if state == "receives nothing":
            clerk.change(client, {"receives_notifications": False, "version": clerk.client(client)["version"]})
        return client


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    return House(tmp_path_factory.mktemp("matrix"), ["access", "clients", "mailbox_sync", "notifications", "teu_watcher"])


@pytest.fixture(scope="module")
def firms(house):
    """The one that is asked, and another."""
    return Firm(house), Firm(house)


def sees(role: str, shares: bool, is_active: bool) -> bool:
    return is_active and (shares or oracle.ALL in oracle.ROLES[role])


def holds(role: str, holder: str, verb: str) -> bool:
    return holder != "nobody" and oracle.NEEDED[verb] in oracle.ROLES[role]


@pytest.mark.parametrize("role", oracle.ROLES)
def test_asking_for_a_mailbox_is_done_or_refused_for_the_first_reason_of_the_table(firms, role):
    firm = firms[0]
    for (own, shares, holder, is_active), asking in firm.users.items():
        for (state, is_paused), client in firm.clients.items() if own == role else ():
            reasons = {
                NotSignedIn: not is_active,
                NotFound: not sees(role, shares, is_active),
                NotAllowed: not holds(role, holder, "sync"),
                Conflict: is_paused or state != "there",
            }
            reason = next((why for why, is_so in reasons.items() if is_so), None)
            sync = firm.story.house.ask("mailbox_sync", asking).sync_now
            assert refused_with(sync, firm.story.mailbox_ids[client]) is reason, (role, shares, holder, is_active, state, is_paused)


@pytest.mark.parametrize("role", oracle.ROLES)
def test_what_a_check_says_does_not_depend_on_the_state_of_client_and_mailbox(firms, role):
    firm = firms[0]
    for (own, shares, holder, is_active), asking in firm.users.items():
        for verb in VERBS if own == role else ():
            said = firm.story.house.ask("access", asking).check(asking.user_id, verb, MAILBOX, [firm.portfolio])
            assert said is (sees(role, shares, is_active) and holds(role, holder, verb)), (role, shares, holder, is_active, verb)
            assert firm.story.house.ask("access", asking).check(asking.user_id, verb, "tgss", [firm.portfolio]) is False


@pytest.mark.parametrize("role", oracle.ROLES)
def test_whatever_one_holds_the_other_firm_is_not_there(firms, role):
    firm, other = firms
    client, mailbox = other.clients[("there", False)], other.story.mailbox_ids[other.clients[("there", False)]]
    for (own, _, _, is_active), asking in firm.users.items():
        if own == role:
            reason = NotFound if is_active else NotSignedIn
            assert refused_with(firm.story.house.ask("mailbox_sync", asking).sync_now, mailbox) is reason
            assert refused_with(firm.story.house.ask("clients", asking).client, client) is reason
            for verb in VERBS:
                foreign = Asking(tenant_id=other.admin.tenant_id, user_id=asking.user_id)
                assert firm.story.house.ask("access", foreign).check(asking.user_id, verb, MAILBOX, [other.portfolio]) is False


@pytest.mark.parametrize("role", oracle.ROLES)
def test_archived_and_switched_off_clients_are_seen_by_the_same_people(firms, role):
    firm = firms[0]
    for (own, shares, _, is_active), asking in firm.users.items():
        if own == role and is_active:
            listed = {one["id"] for off in ("false", "true") for one in firm.story.page("clients", "clients", asking, archived=off)}
            assert listed == (set(firm.clients.values()) if sees(role, shares, is_active) else set())
