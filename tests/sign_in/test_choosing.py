"""Choosing a password by the rules of the firm, and what a firm with strict rules asks for later."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotAllowed, NotSignedIn, PasswordExpired, TooMany
from services.contracts.message import utc_now
from services.sign_in import limits
from services.sign_in.models import Credential, FormerPassword
from tests.sign_in.people import PASSWORD, Person, is_over
from tests.worlds import until


@pytest.fixture
def person(world):
    return Person(world)


@pytest.fixture
def strict(person):
    """Somebody whose firm has strict rules."""
    settings = person.firm.admin.access.settings()
    person.firm.admin.access.change_settings({"version": settings["version"], "strict_passwords": True})
    return person


def refusal_of(call, *arguments):
    with pytest.raises(Invalid) as refused:
        call(*arguments)
    return refused.value.errors


def age(person, days):
    with person.world.store("sign_in").begin(Asking(tenant_id=person.firm.tenant_id)) as db:
        db.execute(update(Credential).where(Credential.user_id == person.user_id).values(changed_at=utc_now() - timedelta(days=days)))


def former(person):
    with person.world.store("sign_in").begin(Asking(tenant_id=person.firm.tenant_id)) as db:
        return len(db.scalars(select(FormerPassword).where(FormerPassword.user_id == person.user_id)).all())


def test_a_password_made_of_ones_own_email_is_refused_and_the_link_stays_good(world, person):
    code = person.invite()
    assert list(refusal_of(world.nobody.sign_in.accept_invitation, code, person.email)) == ["password"]
    world.nobody.sign_in.accept_invitation(code, PASSWORD)


def test_guessing_the_present_password_has_to_wait_after_ten_times(person):
    for _ in range(10):
        assert list(refusal_of(person.caller.sign_in.change_password, "no es esta", "otra frase distinta")) == ["current"]
    with pytest.raises(TooMany):
        person.caller.sign_in.change_password(PASSWORD, "otra frase distinta")


def test_an_ordinary_firm_keeps_no_former_passwords_and_none_expires(person):
    person.caller.sign_in.change_password(PASSWORD, "otra frase distinta")
    age(person, 4000)
    assert person.sign_in("otra frase distinta")["user_id"] == person.user_id
    assert former(person) == 0


def test_strict_rules_ask_for_sixteen_characters(strict):
    assert "16" in refusal_of(strict.caller.sign_in.change_password, PASSWORD, "gatos y tejados")["password"][0]


def test_under_strict_rules_the_last_five_passwords_do_not_come_back(strict):
    chosen = [PASSWORD] + [f"una frase bastante larga {letter}" for letter in "bcdef"]
    for old, new in zip(chosen, chosen[1:], strict=False):
        strict.caller.sign_in.change_password(old, new)
    for used in (chosen[1], chosen[-1]):
        assert "últimas 5" in refusal_of(strict.caller.sign_in.change_password, chosen[-1], used)["password"][0]
    strict.caller.sign_in.change_password(chosen[-1], chosen[0])
    assert former(strict) == 4


def test_under_strict_rules_a_password_of_a_year_has_to_be_changed(world, strict):
    age(strict, 364)
    assert strict.sign_in()["user_id"] == strict.user_id
    age(strict, 365)
    with pytest.raises(PasswordExpired) as refused:
        strict.sign_in()
    (code,) = refused.value.errors["code"]
    assert list(refusal_of(world.nobody.sign_in.accept_invitation, code, PASSWORD)) == ["password"]
    world.nobody.sign_in.accept_invitation(code, "una frase bastante larga")
    assert strict.sign_in("una frase bastante larga")["user_id"] == strict.user_id


def test_whoever_does_not_know_a_password_does_not_learn_that_it_has_expired(strict):
    age(strict, 365)
    with pytest.raises(NotSignedIn) as refused:
        strict.sign_in("otra cosa")
    assert refused.value.code == "not_signed_in"


def test_a_link_to_come_in_as_somebody_who_may_more_is_shown_to_nobody_once_they_have_a_password(world):
    firm = world.firm()
    manager, newcomer = Person(world, firm, "manager"), firm.user("manager")
    with pytest.raises(NotAllowed, match="casillero user invite"):
        firm.admin.sign_in.invite_user(manager.user_id, "link")
    assert manager.sign_in()["session"]
    assert firm.admin.sign_in.invite_user(newcomer, "link")["invitation"]


def test_wrong_passwords_of_others_take_no_room_from_who_changes_theirs(world, person):
    store = world.store("sign_in")
    for number in range(limits.FACTOR.from_one_address):
        limits.try_once(store, limits.FACTOR, f"otro {number}", f"otro {number}")
    asked = person.firm.as_user(person.user_id).sign_in
    with pytest.raises(Invalid):
        asked.change_password("no es esta", "otra frase bien distinta")


def test_a_link_is_shown_for_who_may_no_more_than_the_one_who_asks(person):
    assert person.firm.admin.sign_in.invite_user(person.user_id, "link")["invitation"]


def test_another_email_ends_the_links_and_sessions_of_the_old_one(world, person):
    code, session = person.invite(), person.sign_in()["session"]
    person.firm.admin.access.change_user(person.user_id, {"version": 1, "email": f"otro{person.user_id}@ejemplo.es"})
    until(lambda: is_over(world, session), "the session has ended")
    assert list(refusal_of(world.nobody.sign_in.accept_invitation, code, PASSWORD)) == ["code"]


def test_the_trail_says_from_where_an_invitation_was_accepted(world, person):
    world.nobody.sign_in.accept_invitation(person.invite(), "otra frase distinta", "192.0.2.77")
    entries = person.firm.admin.audit.entries({"act": "accept_invitation"})["items"]
    assert "192.0.2.77" in [entry["detail"]["address"] for entry in entries]
