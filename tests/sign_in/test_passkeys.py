"""Signing in with a passkey, through the promises of `sign_in`, with a soft authenticator."""

from __future__ import annotations

from datetime import timedelta

import eventlet
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update

from services.contracts.errors import Conflict, Invalid, NotSignedIn, TooMany
from services.contracts.message import utc_now
from services.sign_in.challenges import hash_of
from services.sign_in.models import Challenge
from tests.authenticator import from_base64url
from tests.doors import ORIGIN


def test_a_passkey_signs_its_owner_in(world, owner):
    owner.enrol()
    who = world.nobody.sign_in.who(owner.sign_in()["session"])
    assert (who["tenant_id"], who["user_id"], who["kind"]) == (owner.firm.tenant_id, owner.user_id, "session")


def test_signing_in_names_no_credential_and_asks_for_a_verified_user(owner):
    options = owner.challenge()
    assert not options.get("allowCredentials")
    assert (options["rpId"], options["userVerification"]) == ("localhost", "required")


def test_a_sign_in_is_in_the_trail_with_its_method(owner):
    owner.enrol()
    owner.sign_in()
    (entry,) = owner.recorded("sign_in")
    assert (entry["subject"], entry["detail"]) == (owner.user_id, {"address": owner.address, "method": "passkey"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://otro.example"},
        {"rp_id": "otro.example"},
        {"verified": 0},
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"user_handle": b"otra persona"},
        {"step": 0},
        {"step": -3},
    ],
    ids=lambda wrong: f"{next(iter(wrong))}",
)
def test_an_answer_that_is_not_as_asked_opens_nothing_and_is_in_the_trail(owner, wrong):
    owner.device.count = 7
    owner.enrol()
    with pytest.raises(NotSignedIn):
        owner.sign_in(**wrong)
    (entry,) = owner.recorded("sign_in_failed")
    assert entry["detail"]["method"] == "passkey"


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": 5, "response": []},
        {"id": "AAAA", "response": {"clientDataJSON": "!!"}},
        {"id": "AAAA", "response": {"clientDataJSON": "e30"}},
        {"id": "A" * 100_000, "response": {"clientDataJSON": "e30"}},
    ],
)
def test_what_is_no_answer_of_an_authenticator_is_refused_in_words(owner, credential):
    for ask in (
        lambda: owner.show(credential),
        lambda: owner.caller.sign_in.enrol_passkey({"name": "x", "credential": credential}, ORIGIN),
    ):
        with pytest.raises(Invalid) as refused:
            ask()
        assert list(refused.value.errors) == ["credential"]


def test_an_authenticator_that_does_not_count_may_sign_in_again(owner):
    owner.enrol()
    assert owner.sign_in(step=0)["user_id"] == owner.sign_in(step=0)["user_id"] == owner.user_id


def test_the_answer_to_a_challenge_signs_in_once(owner):
    owner.enrol()
    credential = owner.device.get(owner.challenge())
    owner.show(credential)
    with pytest.raises(NotSignedIn):
        owner.show(credential)


def test_one_answer_shown_twice_at_once_signs_in_once(world, owner):
    owner.enrol()
    credential = owner.device.get(owner.challenge())
    tries = [eventlet.spawn(is_let_in, world.caller({}), credential, owner.address) for _ in range(2)]
    assert sorted(each.wait() for each in tries) == [False, True]


def is_let_in(caller, credential, address):
    try:
        return bool(caller.sign_in.sign_in_with_passkey(credential, ORIGIN, address))
    except NotSignedIn:
        return False


def test_a_challenge_is_good_for_five_minutes(world, owner):
    owner.enrol()
    options = owner.challenge()
    with world.store("sign_in").begin() as db:
        own = Challenge.challenge_hash == hash_of(from_base64url(options["challenge"]))
        assert db.scalars(select(Challenge.expires_at).where(own)).one() - utc_now() <= timedelta(minutes=5)
        db.execute(update(Challenge).where(own).values(expires_at=utc_now()))
    with pytest.raises(NotSignedIn, match="tiempo"):
        owner.show(owner.device.get(options))


def test_a_passkey_is_enough_where_the_firm_requires_a_second_factor(world, owner):
    owner.enrol()
    version = owner.firm.admin.access.settings()["version"]
    owner.firm.admin.access.change_settings({"version": version, "requires_second_factor": True})
    assert world.nobody.sign_in.who(owner.sign_in()["session"])["kind"] == "session"


def test_a_disabled_person_stays_out_whatever_their_passkey_says(owner):
    owner.enrol()
    owner.firm.admin.access.change_user(owner.user_id, {"version": 1, "is_active": False})
    with pytest.raises(NotSignedIn, match="no está activo"):
        owner.sign_in()
    assert owner.recorded("sign_in") == [] and owner.recorded("sign_in_failed")


def test_a_suspended_firm_stays_out(world, owner):
    owner.enrol()
    world.nobody.access.suspend_tenant(owner.firm.tenant_id)
    with pytest.raises(NotSignedIn, match="suspendido"):
        owner.sign_in()


def test_the_eleventh_failure_of_a_passkey_in_five_minutes_has_to_wait(owner):
    owner.enrol()
    for _ in range(10):
        with pytest.raises(NotSignedIn):
            owner.sign_in(verified=0)
    with pytest.raises(TooMany):
        owner.sign_in()


def test_an_address_cannot_have_challenges_without_end(owner):
    for _ in range(100):
        owner.challenge()
    with pytest.raises(TooMany) as refused:
        owner.challenge()
    assert 0 < int(refused.value.retry_after_s) <= 300


@pytest.mark.parametrize("origin", ["http://127.0.0.1:8000", "https://casillero.example", "http://[", "null"])
def test_without_a_known_name_of_the_house_there_are_no_passkeys(world, origin):
    with pytest.raises(Conflict):
        world.nobody.sign_in.passkey_challenge(origin, "192.0.2.1")
