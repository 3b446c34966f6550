"""Which groups a person may give."""

from __future__ import annotations

import pytest

from services.clients.membership import groups_after, groups_on_creation, shown_groups
from services.contracts.errors import Invalid
from services.contracts.rpc import Scope

EXISTING = frozenset({"a", "b", "c"})


def scope(*group_ids: str, everything: bool = False) -> Scope:
    return Scope("u", frozenset({"clients.all"} if everything else ()), frozenset(group_ids), frozenset())


def test_a_client_enters_all_groups_of_its_maker_by_default():
    assert groups_on_creation(scope("a", "b"), [], EXISTING) == {"a", "b"}


def test_a_client_enters_the_groups_sent():
    assert groups_on_creation(scope("a", "b"), ["b"], EXISTING) == {"b"}


def test_a_maker_without_group_is_refused():
    with pytest.raises(Invalid) as refused:
        groups_on_creation(scope(), [], EXISTING)
    assert list(refused.value.errors) == ["group_ids"]


def test_each_group_that_is_not_ones_own_is_named():
    with pytest.raises(Invalid) as refused:
        groups_on_creation(scope("a"), ["a", "b", "x"], EXISTING)
    assert list(refused.value.errors) == ["group_ids.1", "group_ids.2"]


def test_who_sees_every_client_gives_any_group_that_exists_and_none_by_default():
    assert groups_on_creation(scope(everything=True), [], EXISTING) == set()
    assert groups_on_creation(scope(everything=True), ["c"], EXISTING) == {"c"}
    with pytest.raises(Invalid):
        groups_on_creation(scope(everything=True), ["x"], EXISTING)


def test_groups_of_others_stay_as_they_are():
    assert groups_after(scope("a", "b"), {"a", "c"}, ["b"], EXISTING) == {"b", "c"}
    assert shown_groups(scope("a", "b"), {"b", "c"}) == {"b"}


def test_who_sees_every_client_replaces_all_groups():
    assert groups_after(scope("a", everything=True), {"a", "c"}, ["b"], EXISTING) == {"b"}
