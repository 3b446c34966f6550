"""Enrolling, naming and removing passkeys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from services.contracts.message import utc_now
from services.sign_in.models import Challenge, Passkey, PasskeyHash
from services.sign_in.models import Session as SignedIn
from tests.doors import ORIGIN, Owner


def test_a_new_passkey_must_be_discoverable_and_verify_its_user(owner):
    options = owner.options()
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert (options["rp"]["id"], options["attestation"]) == ("localhost", "none")


def test_enrolling_renaming_and_removing_are_in_the_trail(owner):
    made = owner.enrol()
    owner.caller.sign_in.rename_passkey(made["id"], {"name": "Llave"})
    owner.caller.sign_in.remove_passkey(made["id"])
    for act in ("enrol_passkey", "rename_passkey", "remove_passkey"):
        (entry,) = owner.recorded(act)
        assert entry["subject"] == made["id"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://otro.example"},
        {"rp_id": "otro.example"},
        {"verified": 0},
        {"crossOrigin": True},
        {"challenge": "AAAA"},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_enrolment_that_is_not_as_asked_is_refused(owner, wrong):
    with pytest.raises(Invalid) as refused:
        owner.enrol(**wrong)
    assert list(refused.value.errors) == ["credential"]
    assert owner.caller.sign_in.passkeys() == []


def test_a_challenge_to_sign_in_enrols_nothing_and_the_reverse(owner):
    asked = owner.options()
    with pytest.raises(Invalid):
        credential = owner.device.create(asked | {"challenge": owner.challenge()["challenge"]})
        owner.caller.sign_in.enrol_passkey({"name": "x", "credential": credential}, ORIGIN)
    owner.enrol()
    with pytest.raises(NotSignedIn):
        owner.show(owner.device.get(owner.options()))


def test_nobody_enrols_with_the_challenge_of_somebody_else(world, owner):
    other = Owner(world, owner.firm)
    credential = owner.device.create(owner.options())
    with pytest.raises(Invalid):
        other.caller.sign_in.enrol_passkey({"name": "x", "credential": credential}, ORIGIN)


def test_an_authenticator_is_enrolled_once_on_the_whole_host(world, owner):
    owner.enrol()
    other = Owner(world)
    for person in (owner, other):
        with pytest.raises(Invalid) as refused:
            person.enrol(owner.device)
        assert list(refused.value.errors) == ["credential"]


def test_the_browser_is_told_which_authenticators_are_enrolled_already(owner):
    owner.enrol()
    assert [each["id"] for each in owner.options()["excludeCredentials"]] == [owner.device.get(owner.challenge())["id"]]


def test_a_removed_passkey_opens_nothing(owner):
    made = owner.enrol()
    owner.caller.sign_in.remove_passkey(made["id"])
    with pytest.raises(NotSignedIn):
        owner.sign_in()
    owner.enrol()
    assert owner.sign_in()["user_id"] == owner.user_id


def test_a_passkey_shows_its_name_and_last_use_and_no_key(owner):
    made = owner.enrol()
    assert made["last_used_at"] is None
    owner.sign_in()
    owner.caller.sign_in.rename_passkey(made["id"], {"name": "Llave azul"})
    (listed,) = owner.caller.sign_in.passkeys()
    assert set(listed) == {"id", "name", "created_at", "last_used_at"}
    assert listed["name"] == "Llave azul" and listed["last_used_at"]


def test_removing_a_passkey_ends_every_session_but_the_one_in_which_it_was_removed(world, owner):
    made = owner.enrol()
    here, elsewhere = owner.sign_in()["session"], owner.sign_in()["session"]
    browser = owner.firm.as_user(owner.user_id, came_with=world.nobody.sign_in.who(here)["came_with"])
    browser.sign_in.remove_passkey(made["id"])
    assert world.nobody.sign_in.who(here)["user_id"] == owner.user_id
    with pytest.raises(NotSignedIn):
        world.nobody.sign_in.who(elsewhere)


def test_whoever_finds_a_browser_open_cannot_come_back_by_a_passkey_of_their_own(world, owner):
    owner.enrol()
    came_with = world.nobody.sign_in.who(owner.sign_in()["session"])["came_with"]
    browser = owner.firm.as_user(owner.user_id, came_with=came_with)
    assert browser.sign_in.passkey_options(ORIGIN, owner.address)
    with world.store("sign_in").begin() as db:
        db.execute(update(SignedIn).where(SignedIn.user_id == owner.user_id).values(created_at=utc_now() - timedelta(minutes=16)))
    with pytest.raises(NotAllowed, match="vuelva a entrar"):
        browser.sign_in.passkey_options(ORIGIN, owner.address)


def test_a_program_neither_enrols_nor_removes_a_passkey(owner):
    made, program = owner.enrol(), owner.firm.as_user(owner.user_id, came_with="token x")
    for ask in (
        lambda: program.sign_in.passkey_options(ORIGIN, owner.address),
        lambda: program.sign_in.enrol_passkey({"name": "x", "credential": {}}, ORIGIN),
        lambda: program.sign_in.rename_passkey(made["id"], {"name": "x"}),
        lambda: program.sign_in.remove_passkey(made["id"]),
    ):
        with pytest.raises(NotAllowed, match="token"):
            ask()


def test_a_passkey_of_somebody_else_does_not_exist_but_for_who_manages_users(world, owner):
    made = owner.enrol()
    for caller in (Owner(world, owner.firm).caller, world.firm().admin):
        with pytest.raises(NotFound):
            caller.sign_in.rename_passkey(made["id"], {"name": "x"})
        with pytest.raises(NotFound):
            caller.sign_in.remove_passkey(made["id"])
    owner.firm.admin.sign_in.remove_passkey(made["id"])
    assert owner.caller.sign_in.passkeys() == []


def test_what_is_read_across_firms_holds_hashes_only(world, owner):
    made = owner.enrol()
    options = owner.challenge()
    credential = owner.device.get(options)
    with world.store("sign_in").begin() as db:
        rows = [*db.scalars(select(PasskeyHash).where(PasskeyHash.passkey_id == made["id"])), *db.scalars(select(Challenge))]
        stored = " ".join(str(vars(row)) for row in rows)
    assert rows and credential["id"] not in stored and options["challenge"] not in stored


def test_a_passkey_is_seen_by_its_own_firm_only(world, owner):
    made = owner.enrol()
    seen = []
    for tenant_id in (owner.firm.tenant_id, world.firm().tenant_id, ""):
        with world.store("sign_in").begin(Asking(tenant_id=tenant_id)) as db:
            seen.append(len(db.scalars(select(Passkey).where(Passkey.id == made["id"])).all()))
    assert seen == [1, 0, 0]
