"""The rule of who sees and does what: every small case, and random ones against an oracle made of sets."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.access.rules import CAPABILITIES, CAPABILITY_OF_VERB, SHIPPED_ROLES, Standing, may, scope, visible

SUBSETS_OF_GROUPS = [frozenset(), frozenset({"g1"}), frozenset({"g2"}), frozenset({"g1", "g2"})]
GRANTS = [
    frozenset(),
    *(frozenset({pair}) for pair in product(("dehu", "tgss"), ("sync", "open"))),
    frozenset(product(("dehu",), ("sync", "open"))),
]
EVERYTHING = Standing("firm", "u1", True, frozenset(CAPABILITIES), frozenset({"g1"}), frozenset(product(("dehu",), ("sync", "open"))))

# Written out by hand from the table of shipped roles, apart from the code: role -> (sees all, may sync, may open).
TABLE = {
    "administrator": (True, True, False),
    "manager": (True, True, True),
    "operator": (False, True, True),
    "reader": (False, False, False),
}


@pytest.mark.parametrize("role", TABLE)
def test_every_combination_of_role_verb_groups_grants_and_state_is_decided_by_the_table(role: str) -> None:
    sees_all, may_sync, may_open = TABLE[role]
    for verb, mine, its, grants, active, tenant in product(
        ("sync", "open"), SUBSETS_OF_GROUPS, SUBSETS_OF_GROUPS, GRANTS, (True, False), ("firm", "other")
    ):
        standing = Standing("firm", "u1", active, SHIPPED_ROLES[role], mine, grants)
        sees = tenant == "firm" and active and (sees_all or len(mine & its) > 0)
        acts = sees and (may_sync if verb == "sync" else may_open) and ("dehu", verb) in grants
        assert visible(standing, tenant, its) is sees
        assert may(standing, verb, tenant, its, "dehu") is acts


@pytest.mark.parametrize(
    ("capability", "roles"),
    [
        ("clients.all", {"administrator", "manager"}),
        ("clients.write", {"administrator", "manager", "operator"}),
        ("clients.import", {"administrator", "manager", "operator"}),
        ("mailboxes.sync", {"administrator", "manager", "operator"}),
        ("notifications.process", {"administrator", "manager", "operator"}),
        ("notifications.open", {"manager", "operator"}),
        ("certificates.manage", {"administrator", "manager"}),
        ("certificates.use", {"manager", "operator"}),
        ("groups.manage", {"administrator", "manager"}),
        ("grants.manage", {"administrator", "manager"}),
        ("users.manage", {"administrator"}),
        ("settings.manage", {"administrator"}),
        ("audit.read", {"administrator", "manager"}),
    ],
)
def test_the_shipped_roles_hold_what_the_table_says(capability: str, roles: set[str]) -> None:
    assert {role for role, held in SHIPPED_ROLES.items() if capability in held} == roles


def test_no_shipped_role_holds_a_capability_that_does_not_exist() -> None:
    assert frozenset().union(*SHIPPED_ROLES.values()) == frozenset(CAPABILITIES)
    assert set(CAPABILITY_OF_VERB.values()) <= set(CAPABILITIES)


def test_groups_with_the_same_id_in_another_firm_show_nothing() -> None:
    assert not visible(EVERYTHING, "other", {"g1"})


def test_a_client_in_no_group_is_seen_only_with_the_right_to_all() -> None:
    assert visible(EVERYTHING, "firm", ())
    assert not visible(replace(EVERYTHING, capabilities=frozenset()), "firm", ())


def test_an_unknown_verb_is_refused_even_when_granted() -> None:
    standing = replace(EVERYTHING, grants=frozenset({("dehu", "reject")}), capabilities=EVERYTHING.capabilities | {"reject"})
    assert not may(standing, "reject", "firm", {"g1"}, "dehu")


def test_a_grant_on_one_body_says_nothing_of_another() -> None:
    assert may(EVERYTHING, "open", "firm", {"g1"}, "dehu")
    assert not may(EVERYTHING, "open", "firm", {"g1"}, "tgss")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Standing, list[tuple[str, frozenset[str]]]]:
    """A user and some clients, each client as (tenant id, ids of its groups)."""
    tenants, groups = st.sampled_from(["firm", "other"]), st.frozensets(st.sampled_from(["g1", "g2", "g3", "g4"]))
    capabilities = st.frozensets(st.sampled_from(["clients.all", "mailboxes.sync", "notifications.open", "clients.write"]))
    grants = st.frozensets(st.tuples(st.sampled_from(["dehu", "tgss", "dgt"]), st.sampled_from(["sync", "open"])))
    standing = Standing(draw(tenants), "u1", draw(st.booleans()), draw(capabilities), draw(groups), draw(grants))
    return standing, draw(st.lists(st.tuples(tenants, groups), max_size=12))


@settings(max_examples=300)
@given(worlds(), st.sampled_from(["sync", "open"]), st.sampled_from(["dehu", "tgss", "dgt"]))
def test_an_oracle_of_sets_agrees(world: tuple[Standing, list[tuple[str, frozenset[str]]]], verb: str, body: str) -> None:
    user, clients = world
    everyone = set(range(len(clients)))
    same_firm = {n for n in everyone if clients[n][0] == user.tenant_id}
    shared = {n for n in everyone if any(group in user.group_ids for group in clients[n][1])}
    seen = (same_firm if "clients.all" in user.capabilities else same_firm & shared) if user.is_active else set()
    needed = {"sync": "mailboxes.sync", "open": "notifications.open"}[verb]
    acted = seen if {needed} <= user.capabilities and {(body, verb)} <= user.grants else set()
    assert {n for n in everyone if visible(user, *clients[n])} == seen
    assert {n for n in everyone if may(user, verb, *clients[n], body)} == acted


@given(worlds())
def test_a_list_filtered_by_the_scope_holds_exactly_what_is_visible(world: tuple[Standing, list[tuple[str, frozenset[str]]]]) -> None:
    user, clients = world
    assert [client for client in clients if scope(user).admits(*client)] == [client for client in clients if visible(user, *client)]
