"""Who may call: what one may not see is not found, whatever one may do; what one sees is judged by what one may do."""

from __future__ import annotations

import pytest

from services.contracts.errors import NotAllowed, NotFound, NotSignedIn

MAY, MAY_NOT = "entries.write", "entries.read"


@pytest.fixture
def rename(ledger, tenant, giver):
    giver.give(["shown", "hidden"])

    def call(user_id, name):
        with ledger.asked(tenant, user_id=user_id) as services:
            services.giver.rename(name, "renamed")
        return giver.given()

    return call


def test_who_may_changes_what_is_visible(rename):
    assert rename(MAY, "shown") == ["hidden", "renamed"]


@pytest.mark.parametrize("name", ["hidden", "unknown"])
@pytest.mark.parametrize("user_id", [MAY, MAY_NOT])
def test_what_is_not_visible_is_not_found_whatever_one_may_do(rename, user_id, name):
    with pytest.raises(NotFound):
        rename(user_id, name)


def test_who_sees_it_and_may_not_change_it_is_told_so(rename):
    with pytest.raises(NotAllowed, match="entries.write"):
        rename(MAY_NOT, "shown")


def test_a_token_may_less_than_its_owner(ledger, tenant, giver):
    giver.give(["shown"])
    with ledger.asked(tenant, user_id=MAY, only="entries.read") as services, pytest.raises(NotAllowed):
        services.giver.rename("shown", "renamed")


def test_a_call_for_people_needs_a_person(rename):
    with pytest.raises(NotSignedIn):
        rename("", "shown")
