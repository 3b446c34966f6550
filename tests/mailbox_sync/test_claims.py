"""Who reads which mailbox when: fairness between tenants, and what comes first."""

from __future__ import annotations

from collections import Counter

from services.mailbox_sync import claims

from .scheduled import claim, plant


def test_a_claimed_mailbox_is_nobody_elses(store):
    plant(store, "a", 3)
    assert len(claim(store, 50, "one")) == 3
    assert claim(store, 50, "other") == []


def test_a_claim_is_never_larger_than_asked(store):
    plant(store, "a", 30)
    assert len(claim(store, 16)) == 16


def test_tenants_take_turns_whatever_the_size_of_one(store):
    """One tenant owns most of the mailboxes and has waited longest; each of the others is served as often, until it has none left."""
    plant(store, "big", 1500, behind_s=3600)
    for number in range(20):
        plant(store, f"small{number:02}", 60)
    served = Counter(one.tenant_id for _ in range(60) for one in claim(store, 16))
    small = [served[f"small{number:02}"] for number in range(20)]
    assert sum(served.values()) == 960
    assert {*small, served["big"]} <= {45, 46}


def test_what_few_tenants_leave_over_goes_to_the_others(store):
    plant(store, "a", 1)
    plant(store, "b", 40)
    assert Counter(one.tenant_id for one in claim(store, 16)) == {"a": 1, "b": 15}


def test_the_one_that_waited_longest_is_first_within_a_tenant(store):
    plant(store, "a", 5)
    assert {one.mailbox_id for one in claim(store, 2)} == {"a-0", "a-1"}


def test_what_a_person_asked_for_comes_first_and_never_takes_the_whole_claim(store):
    plant(store, "a", 40, behind_s=3600)
    ids = plant(store, "b", 40)
    with store.begin() as db:
        claims.bring_forward(db, ids, urgent=True)
    assert Counter(one.tenant_id for one in claim(store, 16))["b"] >= 12
    assert Counter(one.tenant_id for one in claim(store, 16))["a"] >= 2
