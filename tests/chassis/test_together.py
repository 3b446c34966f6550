"""Several questions of a page in one call: each is answered, and judged, as if it were asked alone."""

from __future__ import annotations

import pytest
from nameko.exceptions import RemoteError

from services.chassis.entrypoints import rpc
from services.contracts.errors import NotAllowed, NotFound, NotSignedIn
from services.contracts.message import new_id
from services.contracts.rpc import INTERNAL, SIGNED_IN

MAY, MAY_NOT = "entries.write", "entries.read"


@pytest.fixture
def together(ledger, tenant, giver):
    giver.give(["apple", "avocado", "hidden"])

    def call(user_id, **questions):
        with ledger.asked(tenant, user_id=user_id) as services:
            return services.giver.together(questions)

    return call


def test_each_answer_stands_under_the_name_of_its_method(together):
    assert together(MAY, beginning=["a"], length=["apple"]) == {"beginning": ["apple", "avocado"], "length": 5}


def test_nothing_asked_is_nothing_answered(together):
    assert together(MAY_NOT) == {}


@pytest.mark.parametrize(
    ("user_id", "name", "refusal"), [(MAY_NOT, "apple", NotAllowed), (MAY, "hidden", NotFound), ("", "apple", NotSignedIn)]
)
def test_what_one_question_is_refused_refuses_them_all(together, user_id, name, refusal):
    with pytest.raises(refusal):
        together(user_id, beginning=["a"], length=[name])


@pytest.mark.parametrize("question", [{"give_as_user": ["pear"]}, {"give": [["pear"]]}, {"given": []}])
def test_only_what_says_that_it_reads_is_answered(together, giver, question):
    with pytest.raises(RemoteError):
        together(MAY, **question)
    assert giver.given() == ["apple", "avocado", "hidden"]


def test_a_token_is_answered_no_more_than_it_may(ledger, tenant, giver):
    giver.give(["apple"])
    with ledger.asked(tenant, user_id=MAY, only=MAY_NOT) as services, pytest.raises(NotAllowed):
        services.giver.together({"length": ["apple"]})


def test_another_firm_is_answered_of_its_own(ledger, tenant, giver):
    giver.give(["apple"])
    with ledger.asked(new_id(), user_id=MAY) as services:
        assert services.giver.together({"beginning": ["a"]}) == {"beginning": []}


@pytest.mark.parametrize("declared", [{"needs": INTERNAL}, {"needs": SIGNED_IN, "unit": False}])
def test_what_not_everybody_who_is_signed_in_may_ask_cannot_be_asked_together(declared):
    with pytest.raises(ValueError, match="signed in"):
        rpc(**declared, reads=True)
