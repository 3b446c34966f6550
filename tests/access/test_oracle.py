"""The rule of who sees and does what agrees with the oracle of sets on very many decisions about made-up firms.

The firms are drawn from a printed seed (CASILLERO_SEED to draw others); a decision is one answer of `visible` or `may`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from random import Random

import pytest

from services.access.rules import Standing, may, scope, visible
from tests.access import oracle
from tests.access.oracle import Facts

SEED = int(os.environ.get("CASILLERO_SEED", "20260309"))
CAPABILITIES = ("clients.all", "clients.write", "mailboxes.sync", "notifications.open", "audit.read")
BODIES, VERBS = ("dehu", "tgss"), ("sync", "open")
FIRMS, GROUPS = ("f1", "f2"), tuple(f"g{number}" for number in range(6))
USERS, CLIENTS = tuple(f"u{number}" for number in range(8)), tuple(f"c{number}" for number in range(12))
DECISIONS_A_WORLD = len(USERS) * len(CLIENTS) * (1 + len(BODIES) * len(VERBS))


def some(random: Random, of: list, share: float) -> set:
    return {one for one in of if random.random() < share}


def invented(random: Random) -> Facts:
    """Two firms whose groups have ids in common, which no real firms have: a rule that forgets to compare firms is found out."""
    facts = Facts(users=set(USERS), clients=set(CLIENTS), mailboxes=set(product(CLIENTS, BODIES)))
    facts.firm_of = {one: random.choice(FIRMS) for one in (*USERS, *CLIENTS)}
    facts.active = some(random, list(USERS), 0.8)
    facts.holds = some(random, list(product(USERS, CAPABILITIES)), 0.5) - some(random, [(user, oracle.ALL) for user in USERS], 0.6)
    facts.members = some(random, list(product(USERS, GROUPS)), 0.3)
    facts.placed = some(random, list(product(CLIENTS, GROUPS)), 0.25)
    facts.granted = some(random, list(product((*USERS, *GROUPS), BODIES, VERBS)), 0.3)
    return facts


def standing_of(facts: Facts, user: str) -> Standing:
    groups = frozenset(group for one, group in facts.members if one == user)
    grants = frozenset((body, verb) for holder, body, verb in facts.granted if holder == user or holder in groups)
    capabilities = frozenset(capability for one, capability in facts.holds if one == user)
    return Standing(facts.firm_of[user], user, user in facts.active, capabilities, groups, grants)


def disagreements(facts: Facts) -> Iterator[str]:
    places = {client: frozenset(group for one, group in facts.placed if one == client) for client in CLIENTS}
    for user in USERS:
        standing = standing_of(facts, user)
        said = {client for client in CLIENTS if visible(standing, facts.firm_of[client], places[client])}
        listed = {client for client in CLIENTS if scope(standing).admits(facts.firm_of[client], places[client])}
        if not said == listed == oracle.visible(facts, user):
            yield f"visible to {user}: {said ^ oracle.visible(facts, user)} in {facts}"
        for verb in VERBS:
            done = {(c, body) for c in CLIENTS for body in BODIES if may(standing, verb, facts.firm_of[c], places[c], body)}
            if done != oracle.may(facts, user, verb):
                yield f"{verb} by {user}: {done ^ oracle.may(facts, user, verb)} in {facts}"


def agreed(decisions: int) -> int:
    """How many decisions were compared; fails at the first that differs."""
    random = Random(SEED)
    worlds = -(-decisions // DECISIONS_A_WORLD)
    for _ in range(worlds):
        assert next(disagreements(invented(random)), None) is None, f"seed {SEED}"
    return worlds * DECISIONS_A_WORLD


def test_a_million_random_decisions_agree_with_the_oracle() -> None:
    compared = agreed(1_000_000)
    print(f"{compared} decisions compared, seed {SEED}")
    assert compared >= 1_000_000


@pytest.mark.parametrize("role", oracle.ROLES)
def test_every_role_verb_group_grant_and_state_is_decided_as_the_oracle_says(role: str) -> None:
    groups = [set(), {"g1"}, {"g2"}, {"g1", "g2"}]
    holders = [set(), {"u"}, {"g1"}, {"g2"}, {"u", "g1", "g2"}]
    grants = list(product([None, "dehu", "tgss"], VERBS))
    for mine, its, holding, (body, granted), active, firm in product(groups, groups, holders, grants, (True, False), FIRMS):
        facts = Facts(firm_of={"u": "f1", "c": firm}, users={"u"}, clients={"c"}, mailboxes=set(product({"c"}, BODIES)))
        facts.active = {"u"} if active else set()
        facts.holds = {("u", capability) for capability in oracle.ROLES[role]}
        facts.members, facts.placed = {("u", group) for group in mine}, {("c", group) for group in its}
        facts.granted = {(holder, body, granted) for holder in holding} if body else set()
        standing = standing_of(facts, "u")
        assert visible(standing, firm, its) is ("c" in oracle.visible(facts, "u")), facts
        for verb, place in product(VERBS, BODIES):
            assert may(standing, verb, firm, its, place) is (("c", place) in oracle.may(facts, "u", verb)), facts


def test_the_comparison_finds_a_rule_that_forgets_something() -> None:
    """The oracle is worth what it finds: a standing that lost one fact has to differ somewhere."""
    random = Random(SEED)
    lost = {"tenant_id": "f1", "is_active": True, "group_ids": frozenset(), "grants": frozenset(), "capabilities": frozenset()}
    for name, value in lost.items():
        worlds = (invented(random) for _ in range(200))
        pairs = ((facts, replace(standing_of(facts, user), **{name: value}), user) for facts in worlds for user in USERS)
        assert any(differs(facts, standing, user) for facts, standing, user in pairs), name


def differs(facts: Facts, standing: Standing, user: str) -> bool:
    places = {client: frozenset(group for one, group in facts.placed if one == client) for client in CLIENTS}
    return any(
        {(c, body) for c in CLIENTS for body in BODIES if may(standing, verb, facts.firm_of[c], places[c], body)}
        != oracle.may(facts, user, verb)
        for verb in VERBS
    )
