"""Firms as an operator handles them."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, NotFound, NotSignedIn
from tests.worlds import until

DEHU = {"body": "dehu", "verbs": ["sync"]}


def test_nobody_of_a_suspended_firm_may_do_anything_and_afterwards_all_is_as_before(world):
    firm = world.firm()
    before = firm.admin.access.me()
    world.nobody.access.suspend_tenant(firm.tenant_id)
    with pytest.raises(NotSignedIn, match="suspendido"):
        firm.admin.access.me()
    with pytest.raises(NotSignedIn, match="suspendido"):
        firm.admin.clients.clients({})
    world.nobody.access.resume_tenant(firm.tenant_id)
    assert firm.admin.access.me() == before


def test_nothing_is_allowed_at_the_moment_of_acting_while_the_firm_is_suspended(world):
    firm = world.firm()
    user_id = firm.user("operator")
    group = firm.admin.access.create_group({"name": "Norte", "member_ids": [user_id], "grants": [DEHU]})
    held = firm.as_user("").access
    assert held.check(user_id, "sync", "dehu", [group["id"]])
    world.nobody.access.suspend_tenant(firm.tenant_id)
    assert not held.check(user_id, "sync", "dehu", [group["id"]])


def test_a_suspension_of_one_firm_stops_no_other(world):
    mine, theirs = world.firm(), world.firm()
    world.nobody.access.suspend_tenant(theirs.tenant_id)
    assert mine.admin.access.me()["tenant"]["id"] == mine.tenant_id


def test_a_firm_is_suspended_and_resumed_once(world):
    firm = world.firm()
    with pytest.raises(Conflict):
        world.nobody.access.resume_tenant(firm.tenant_id)
    world.nobody.access.suspend_tenant(firm.tenant_id)
    with pytest.raises(Conflict):
        world.nobody.access.suspend_tenant(firm.tenant_id)


def test_a_firm_that_does_not_exist_cannot_be_suspended(world):
    with pytest.raises(NotFound):
        world.nobody.access.suspend_tenant("nobody")


def test_the_list_of_firms_says_which_are_suspended(world):
    firm = world.firm()
    world.nobody.access.suspend_tenant(firm.tenant_id)
    (shown,) = [tenant for tenant in world.nobody.access.tenants() if tenant["id"] == firm.tenant_id]
    assert shown["suspended_at"]


def test_who_signs_in_is_told_apart_when_the_firm_is_suspended(world):
    firm = world.firm()
    email = firm.admin.access.me()["email"]
    assert world.nobody.access.person(email)["is_suspended"] is False
    world.nobody.access.suspend_tenant(firm.tenant_id)
    assert world.nobody.access.person(email)["is_suspended"] is True


def test_suspending_and_resuming_are_in_the_firms_trail(world):
    firm = world.firm()
    world.nobody.access.suspend_tenant(firm.tenant_id)
    world.nobody.access.resume_tenant(firm.tenant_id)
    acts = until(lambda: firm.admin.audit.entries({"act": "access.tenant_resumed"})["items"])
    assert [act["subject"] for act in acts] == [firm.tenant_id]
    assert firm.admin.audit.entries({"act": "access.tenant_suspended"})["total"] == 1
