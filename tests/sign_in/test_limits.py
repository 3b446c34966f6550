"""How often one may try, when many processes count together."""

from __future__ import annotations

import eventlet
import pytest

from services.contracts.errors import NotSignedIn, TooMany
from services.sign_in import limits
from tests.sign_in.people import Person
from tests.worlds import numbers


def outcome_of(call, *arguments):
    try:
        call(*arguments)
    except (NotSignedIn, TooMany) as refusal:
        return type(refusal).__name__
    return "in"


def test_of_many_who_try_at_the_same_moment_no_more_than_ten_are_judged(world):
    person, callers = Person(world), [world.caller({}) for _ in range(14)]
    tries = [eventlet.spawn(outcome_of, caller.sign_in.sign_in, person.email, "otra cosa", "192.0.2.8") for caller in callers]
    outcomes = [each.wait() for each in tries]
    assert outcomes.count("NotSignedIn") <= 10
    assert outcomes.count("TooMany") >= 4


def test_whoever_waited_may_try_again_and_a_refused_try_does_not_count(world):
    store, who = world.store("sign_in"), f"alguien{next(numbers)}@uno.example"
    tried = [limits.try_once(store, limits.SIGN_IN, who, "192.0.2.8") for _ in range(limits.SIGN_IN.at_one_desk)]
    for _ in range(3):
        assert outcome_of(limits.try_once, store, limits.SIGN_IN, who, "192.0.2.8") == "TooMany"
    limits.take_back(store, tried[0])
    assert limits.try_once(store, limits.SIGN_IN, f" {who.upper()}", "192.0.2.8")


@pytest.mark.parametrize("door", [limits.SIGN_IN, limits.FACTOR, limits.FORGOTTEN], ids=lambda door: door.name)
def test_from_many_addresses_one_person_has_a_limit_and_from_one_address_many_persons(world, door):
    store, mark = world.store("sign_in"), next(numbers)
    of_one = [outcome_of(limits.try_once, store, door, f"uno{mark}", f"{mark} {number}") for number in range(door.of_one_person + 1)]
    assert of_one == ["in"] * door.of_one_person + ["TooMany"]
    from_one = [outcome_of(limits.try_once, store, door, f"{mark} {number}", f"desk {mark}") for number in range(door.from_one_address + 1)]
    assert from_one == ["in"] * door.from_one_address + ["TooMany"]


def test_doors_count_apart(world):
    store, who = world.store("sign_in"), f"alguien{next(numbers)}"
    for _ in range(limits.FORGOTTEN.at_one_desk):
        limits.try_once(store, limits.FORGOTTEN, who, "192.0.2.8")
    assert limits.try_once(store, limits.SIGN_IN, who, "192.0.2.8")
