"""Passwords, sessions and invitations, through the promises of `sign_in`."""

from __future__ import annotations

from datetime import timedelta

import eventlet
import pytest
from sqlalchemy import select, update

from services.contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from services.contracts.message import utc_now
from services.sign_in.carried import hash_of
from services.sign_in.models import Invitation, Session
from tests.sign_in.people import PASSWORD, Person, is_over
from tests.worlds import until


@pytest.fixture
def person(world):
    return Person(world)


def test_a_session_says_who_signed_in(world, person):
    signed_in = person.sign_in()
    who = world.nobody.sign_in.who(signed_in["session"])
    assert (who["tenant_id"], who["user_id"], who["kind"], who["only"]) == (person.firm.tenant_id, person.user_id, "session", None)
    assert who["csrf_token"] == signed_in["csrf_token"]


def test_case_and_white_space_of_the_email_do_not_matter(world, person):
    assert world.nobody.sign_in.sign_in(f" {person.email.upper()} ", PASSWORD, "192.0.2.1")["user_id"] == person.user_id


def test_a_sign_in_is_in_the_trail_when_it_is_answered(person):
    person.sign_in()
    assert "sign_in" in person.recorded()


def test_a_failed_sign_in_of_a_known_person_is_in_the_trail(person):
    with pytest.raises(NotSignedIn):
        person.sign_in("otra cosa")
    assert "sign_in_failed" in person.recorded()


def test_whatever_opens_a_door_is_in_the_trail(person):
    person.firm.admin.sign_in.invite_user(person.user_id)
    person.caller.sign_in.change_password(PASSWORD, "otra frase distinta")
    person.caller.sign_in.issue_token({"name": "ERP"})
    assert {"accept_invitation", "change_password", "issue_token"} <= set(person.recorded())
    (invited,) = person.firm.admin.audit.entries({"act": "invite_user"})["items"]
    assert (invited["user_id"], invited["subject"]) == (person.firm.admin_id, person.user_id)


def test_only_who_manages_users_invites_and_only_the_firms_own(world, person):
    with pytest.raises(NotAllowed):
        person.caller.sign_in.invite_user(person.firm.admin_id)
    with pytest.raises(NotFound):
        world.firm().admin.sign_in.invite_user(person.user_id)


def test_an_unknown_email_is_answered_like_a_wrong_password(world, person):
    answers = []
    for email in (person.email, "nadie@ninguna.example"):
        with pytest.raises(NotSignedIn) as refused:
            world.nobody.sign_in.sign_in(email, "otra cosa", "192.0.2.2")
        answers.append(refused.value.args)
    assert answers[0] == answers[1]


def test_who_was_never_invited_cannot_sign_in(world):
    firm = world.firm()
    email = firm.admin.access.me()["email"]
    with pytest.raises(NotSignedIn):
        world.nobody.sign_in.sign_in(email, "", "192.0.2.1")


def test_the_eleventh_failure_in_five_minutes_has_to_wait(person):
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            person.sign_in("otra cosa")
    with pytest.raises(TooMany) as refused:
        person.sign_in()
    assert 1 <= int(refused.value.errors["retry_after_s"][0]) <= 300
    assert person.sign_in(address="192.0.2.9")["user_id"] == person.user_id


def test_signing_in_well_is_never_too_often(person):
    for _ in range(11):
        person.sign_in()


def test_an_unknown_session_is_nobody(world):
    assert is_over(world, "0" * 64)
    assert is_over(world, "")


def test_signing_out_ends_that_session_only(world, person):
    first, second = person.sign_in()["session"], person.sign_in()["session"]
    world.nobody.sign_in.sign_out(first)
    assert is_over(world, first)
    assert not is_over(world, second)


def test_signing_out_is_in_the_trail_once(world, person):
    session = person.sign_in()["session"]
    for _ in range(2):
        world.nobody.sign_in.sign_out(session)
    assert person.recorded().count("sign_out") == 1


def test_a_session_ends_when_it_has_not_been_used(world, person):
    session = person.sign_in()["session"]
    set_session(world, session, expires_at=utc_now() - timedelta(seconds=1))
    assert is_over(world, session)


def test_use_moves_the_end_of_a_session_but_not_beyond_its_week(world, person):
    session = person.sign_in()["session"]
    soon, end = utc_now() + timedelta(minutes=1), utc_now() + timedelta(hours=3)
    set_session(world, session, expires_at=soon, ends_at=end)
    world.nobody.sign_in.who(session)
    with world.store("sign_in").begin() as db:
        assert db.get(Session, hash_of(session)).expires_at == end


def set_session(world, session, **values):
    with world.store("sign_in").begin() as db:
        db.execute(update(Session).where(Session.session_hash == hash_of(session)).values(**values))


def test_disabling_a_person_ends_their_sessions_and_invitations(world, person):
    session, code = person.sign_in()["session"], person.invite()
    person.disable()
    until(lambda: is_over(world, session))
    with pytest.raises(Invalid):
        world.nobody.sign_in.accept_invitation(code, PASSWORD)


def test_a_disabled_person_cannot_sign_in(person):
    person.disable()
    with pytest.raises(NotSignedIn):
        person.sign_in()


def test_an_invitation_sets_one_password(world, person):
    code = person.invite()
    world.nobody.sign_in.accept_invitation(code, "la segunda contraseña")
    with pytest.raises(Invalid) as refused:
        world.nobody.sign_in.accept_invitation(code, "la tercera contraseña")
    assert list(refused.value.errors) == ["code"]
    assert person.sign_in("la segunda contraseña")["user_id"] == person.user_id


def test_an_invitation_used_twice_at_once_sets_one_password(world, person):
    code, passwords = person.invite(), ["la segunda contraseña", "la tercera contraseña"]
    callers = [world.caller({}) for _ in passwords]
    tries = [eventlet.spawn(is_accepted, caller, code, password) for caller, password in zip(callers, passwords, strict=True)]
    accepted = [each.wait() for each in tries]
    assert sorted(accepted) == [False, True]
    assert person.sign_in(passwords[accepted.index(True)])["user_id"] == person.user_id


def is_accepted(caller, code, password):
    try:
        caller.sign_in.accept_invitation(code, password)
    except Invalid:
        return False
    return True


def test_a_new_invitation_replaces_the_older_one(world, person):
    older, _ = person.invite(), person.invite()
    with pytest.raises(Invalid):
        world.nobody.sign_in.accept_invitation(older, PASSWORD)


def test_an_old_invitation_is_refused(world, person):
    code = person.invite()
    with world.store("sign_in").begin() as db:
        db.execute(update(Invitation).where(Invitation.code_hash == hash_of(code)).values(expires_at=utc_now()))
    with pytest.raises(Invalid) as refused:
        world.nobody.sign_in.accept_invitation(code, PASSWORD)
    assert list(refused.value.errors) == ["code"]


def test_a_bad_password_does_not_use_up_the_invitation(world, person):
    code = person.invite()
    with pytest.raises(Invalid) as refused:
        world.nobody.sign_in.accept_invitation(code, "corta")
    assert list(refused.value.errors) == ["password"]
    world.nobody.sign_in.accept_invitation(code, PASSWORD)


def test_changing_the_password_ends_every_other_session(world, person):
    old = person.sign_in()["session"]
    new = person.caller.sign_in.change_password(PASSWORD, "otra frase distinta")["session"]
    assert is_over(world, old)
    assert not is_over(world, new)
    assert person.sign_in("otra frase distinta")["user_id"] == person.user_id


def test_changing_the_password_needs_the_present_one(person):
    with pytest.raises(Invalid) as refused:
        person.caller.sign_in.change_password("no es esta", "otra frase distinta")
    assert list(refused.value.errors) == ["current"]
    assert person.sign_in()["user_id"] == person.user_id


def test_nothing_that_opens_a_door_is_stored_in_clear(world, person):
    code, session = person.invite(), person.sign_in()
    with world.store("sign_in").begin() as db:
        rows = [db.scalars(select(table).where(table.user_id == person.user_id)).one() for table in (Session, Invitation)]
        stored = [str(vars(row)) for row in rows]
    assert not any(secret in text for text in stored for secret in (code, session["session"], session["csrf_token"]))


def test_ones_sessions_are_listed_and_ended_by_oneself_only(world, person):
    first, second = person.sign_in()["session"], person.sign_in()["session"]
    this = world.nobody.sign_in.who(second)["came_with"]
    own = person.firm.as_user(person.user_id, came_with=this).sign_in
    assert [(each["is_this"]) for each in own.sessions()] == [True, False]
    with pytest.raises(NotFound):
        person.firm.admin.sign_in.end_session(own.sessions()[1]["id"])
    own.end_session(own.sessions()[1]["id"])
    assert is_over(world, first) and not is_over(world, second)


def test_a_person_of_a_suspended_firm_is_told_why_only_with_the_right_password(world, person):
    world.nobody.access.suspend_tenant(person.firm.tenant_id)
    for password, why in (("otra cosa", "no son correctos"), (PASSWORD, "suspendido")):
        with pytest.raises(NotSignedIn, match=why):
            person.sign_in(password)
