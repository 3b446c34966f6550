"""`Idempotency-Key`: asked twice, done once."""

from __future__ import annotations

import eventlet
import pytest
from nameko.exceptions import RemoteError
from sqlalchemy import func, select

from services.contracts.errors import AlreadyShown, Conflict
from services.contracts.message import new_id

PEOPLE = {"user_id": "entries.write"}


def answers_of(store):
    with store.begin() as db:
        return db.scalar(select(func.count()).select_from(store.model.Answer), execution_options={"without_tenant_filter": True})


@pytest.mark.parametrize("method", ["give_as_user", "give_outside"])
def test_the_same_key_and_call_get_the_first_answer_and_act_once(ledger, tenant, method):
    with ledger.asked(tenant, idempotency_key="k1", **PEOPLE) as services:
        assert [getattr(services.giver, method)("once") for _ in range(3)] == [1, 1, 1]
    with ledger.asked(tenant) as services:
        assert services.giver.given() == ["once"]


@pytest.mark.parametrize("method", ["give_as_user", "give_outside"])
def test_the_same_key_with_other_data_is_refused(ledger, tenant, method):
    with ledger.asked(tenant, idempotency_key="k1", **PEOPLE) as services:
        getattr(services.giver, method)("first")
        with pytest.raises(Conflict):
            getattr(services.giver, method)("second")


def test_one_request_may_ask_several_methods_of_a_service_with_its_key(ledger, tenant):
    with ledger.asked(tenant, idempotency_key="k1", **PEOPLE) as services:
        services.giver.give_as_user("a")
        services.giver.give_outside("b")
    with ledger.asked(tenant) as services:
        assert services.giver.given() == ["a", "b"]


def test_a_secret_is_answered_once_and_not_kept(ledger, tenant):
    with ledger.asked(tenant, idempotency_key="k1", **PEOPLE) as services:
        assert services.giver.give_a_secret("once") == "s3cret"
        with pytest.raises(AlreadyShown):
            services.giver.give_a_secret("once")
    with ledger.asked(tenant) as services:
        assert services.giver.given() == ["once"]


def test_a_key_belongs_to_one_user_of_one_tenant(ledger, tenant):
    for tenant_id, user_id in ((tenant, "a"), (tenant, "b"), (new_id(), "a")):
        with ledger.asked(tenant_id, user_id=user_id, idempotency_key="k1") as services:
            services.giver.give_as_user(user_id)
    with ledger.asked(tenant) as services:
        assert services.giver.given() == ["a", "b"]


def test_two_calls_at_once_with_one_key_act_once(ledger, tenant):
    def call():
        with ledger.asked(tenant, idempotency_key="k1", **PEOPLE) as services:
            return services.giver.give_as_user("at once")

    calls = [eventlet.spawn(call) for _ in range(4)]
    assert [each.wait() for each in calls] == [1, 1, 1, 1]
    with ledger.asked(tenant) as services:
        assert services.giver.given() == ["at once"]


def test_a_call_outside_units_that_is_repeated_meanwhile_is_told_to_wait_and_acts_once(ledger, tenant):
    def call():
        with ledger.asked(tenant, idempotency_key="k1", **PEOPLE) as services:
            try:
                return services.giver.give_outside("at once")
            except Conflict:
                return "wait"

    answers = [call.wait() for call in [eventlet.spawn(call) for _ in range(4)]]
    assert set(answers) <= {1, "wait"} and 1 in answers
    with ledger.asked(tenant) as services:
        assert services.giver.given() == ["at once"]


def test_a_call_that_failed_leaves_its_key_free(ledger, tenant):
    with ledger.asked(tenant, idempotency_key="k1") as services:
        with pytest.raises(RemoteError):
            services.giver.give_and_fail("x")
        assert services.giver.give(["y"]) == 1


@pytest.mark.parametrize("ledger", ["embedded"], indirect=True)
def test_a_key_does_not_travel_to_the_services_asked_on_the_way(ledger, tenant):
    before = answers_of(ledger.store("taker"))
    with ledger.asked(tenant, idempotency_key="k1") as services:
        services.giver.ask_outside()
    assert answers_of(ledger.store("taker")) == before
