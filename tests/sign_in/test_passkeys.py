"""Passkeys, through the promises of `sign_in`, with a soft authenticator."""

from __future__ import annotations

from datetime import timedelta

import eventlet
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany
from services.contracts.message import utc_now
from services.sign_in.challenges import hash_of
from services.sign_in.models import Challenge, Passkey, PasskeyHash
from services.sign_in.models import Session as SignedIn
from tests.authenticator import Authenticator, from_base64url
from tests.worlds import numbers

ORIGIN = "http://localhost:8000"


class Owner:
    """A reader of a firm with an authenticator, at an address of their own."""

    def __init__(self, world, firm=None):
        self.world, self.firm = world, firm or world.firm()
        self.user_id = self.firm.user("reader")
        self.caller = self.firm.as_user(self.user_id)
        self.device = Authenticator(ORIGIN)
        self.address = f"192.0.2.{next(numbers)}"

    def options(self):
        return self.caller.sign_in.passkey_options(ORIGIN, self.address)

    def enrol(self, device=None, **wrong):
        credential = (device or self.device).create(self.options(), **wrong)
        return self.caller.sign_in.enrol_passkey({"name": "Portátil", "credential": credential}, ORIGIN)

    def challenge(self):
        return self.world.nobody.sign_in.passkey_challenge(ORIGIN, self.address)

    def show(self, credential):
        return self.world.nobody.sign_in.sign_in_with_passkey(credential, ORIGIN, self.address)

    def sign_in(self, **wrong):
        return self.show(self.device.get(self.challenge(), **wrong))

    def recorded(self, act):
        return self.firm.admin.audit.entries({"act": act, "user_id": self.user_id})["items"]


@pytest.fixture
def owner(world):
    return Owner(world)


def test_a_passkey_signs_its_owner_in(world, owner):
    owner.enrol()
    who = world.nobody.sign_in.who(owner.sign_in()["session"])
    assert (who["tenant_id"], who["user_id"], who["kind"]) == (owner.firm.tenant_id, owner.user_id, "session")


def test_a_new_passkey_must_be_discoverable_and_verify_its_user(owner):
    options = owner.options()
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert (options["rp"]["id"], options["attestation"]) == ("localhost", "none")


def test_signing_in_names_no_credential_and_asks_for_a_verified_user(owner):
    options = owner.challenge()
    assert not options.get("allowCredentials")
    assert (options["rpId"], options["userVerification"]) == ("localhost", "required")


def test_a_sign_in_is_in_the_trail_with_its_method(owner):
    owner.enrol()
    owner.sign_in()
    (entry,) = owner.recorded("sign_in")
    assert (entry["subject"], entry["detail"]) == (owner.user_id, {"address": owner.address, "method": "passkey"})


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


def test_a_passkey_is_enough_where_the_firm_requires_a_second_factor(world, owner):
    owner.enrol()
    version = owner.firm.admin.access.settings()["version"]
    owner.firm.admin.access.change_settings({"version": version, "requires_second_factor": True})
    assert world.nobody.sign_in.who(owner.sign_in()["session"])["kind"] == "session"


def test_a_passkey_of_somebody_else_does_not_exist_but_for_who_manages_users(world, owner):
    made = owner.enrol()
    for caller in (Owner(world, owner.firm).caller, world.firm().admin):
        with pytest.raises(NotFound):
            caller.sign_in.rename_passkey(made["id"], {"name": "x"})
        with pytest.raises(NotFound):
            caller.sign_in.remove_passkey(made["id"])
    owner.firm.admin.sign_in.remove_passkey(made["id"])
    assert owner.caller.sign_in.passkeys() == []


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
