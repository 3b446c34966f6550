"""The second factor, through the promises of `sign_in`: an app that makes numbers, and recovery codes."""

from __future__ import annotations

from datetime import timedelta

import eventlet
import pyotp
import pytest
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, OtpNeeded, TooMany
from services.contracts.message import utc_now
from services.sign_in import totp
from services.sign_in.models import RecoveryCode, Session, Totp
from tests.authenticator import Authenticator
from tests.sign_in.people import PASSWORD, Person, is_over

ORIGIN = "http://localhost:8000"


class Enrolled(Person):
    """Somebody with an app that makes numbers."""

    def __init__(self, world, firm=None):
        super().__init__(world, firm)
        self.secret = self.caller.sign_in.enrol_totp()["secret"]
        made = self.caller.sign_in.confirm_totp(self.number())
        self.codes, self.session = made["recovery_codes"], made["session"]
        self.forget_steps()

    def number(self):
        return pyotp.TOTP(self.secret).now()

    def forget_steps(self):
        """As if half a minute had passed."""
        with self.world.store("sign_in").begin(Asking(tenant_id=self.firm.tenant_id)) as db:
            db.execute(update(Totp).where(Totp.user_id == self.user_id).values(last_step=0))

    def step(self):
        with pytest.raises(OtpNeeded) as refused:
            self.sign_in()
        return refused.value.errors["step"][0]


@pytest.fixture
def person(world):
    return Person(world)


@pytest.fixture
def enrolled(world):
    return Enrolled(world)


def test_the_picture_says_the_secret_and_whose_it_is(person):
    made = person.caller.sign_in.enrol_totp()
    assert made["secret"] in made["uri"] and made["uri"].startswith("otpauth://totp/Casillero")
    assert made["qr_svg"].startswith("<svg")


def test_nothing_is_asked_for_before_a_number_was_confirmed(person):
    person.caller.sign_in.enrol_totp()
    with pytest.raises(Invalid) as refused:
        person.caller.sign_in.confirm_totp("000000")
    assert list(refused.value.errors) == ["otp"]
    assert person.sign_in()["user_id"] == person.user_id


def test_confirming_gives_ten_codes_and_a_new_session_and_ends_the_others(world, person):
    old = person.sign_in()["session"]
    secret = person.caller.sign_in.enrol_totp()["secret"]
    made = person.caller.sign_in.confirm_totp(pyotp.TOTP(secret).now())
    assert len(set(made["recovery_codes"])) == 10
    assert is_over(world, old) and not is_over(world, made["session"])
    assert person.caller.sign_in.second_factor() == {"is_on": True, "is_required": False, "recovery_codes_left": 10}


def test_the_secret_and_the_codes_are_not_stored_in_clear(world, enrolled):
    with world.store("sign_in").begin(Asking(tenant_id=enrolled.firm.tenant_id)) as db:
        rows = [*db.scalars(select(Totp)), *db.scalars(select(RecoveryCode))]
        stored = " ".join(str(vars(row)) for row in rows)
    assert len(rows) == 11
    assert enrolled.secret not in stored
    assert not any(code in stored for code in enrolled.codes)


def test_a_password_alone_is_not_enough(enrolled):
    with pytest.raises(OtpNeeded) as refused:
        enrolled.sign_in()
    assert refused.value.code == "otp_needed"
    assert "otp_asked" in enrolled.recorded()


def test_password_and_number_let_in_at_once_or_in_two_steps(world, enrolled):
    assert enrolled.sign_in(otp=enrolled.number())["user_id"] == enrolled.user_id
    enrolled.forget_steps()
    made = world.nobody.sign_in.second_step(enrolled.step(), enrolled.number(), "192.0.2.1")
    assert made["user_id"] == enrolled.user_id


def test_who_does_not_know_the_password_does_not_learn_of_a_second_factor(world, enrolled):
    answers = []
    for email in (enrolled.email, "nadie@ninguna.example"):
        with pytest.raises(NotSignedIn) as refused:
            world.nobody.sign_in.sign_in(email, "otra cosa", "192.0.2.3", enrolled.number())
        answers.append((type(refused.value), refused.value.args))
    assert answers[0] == answers[1]


def test_a_number_opens_once(enrolled):
    number = enrolled.number()
    enrolled.sign_in(otp=number)
    with pytest.raises(NotSignedIn):
        enrolled.sign_in(otp=number)
    assert "sign_in_failed" in enrolled.recorded()


def test_of_many_who_show_a_number_at_once_one_is_let_in(world, enrolled):
    number, steps = enrolled.number(), [enrolled.step() for _ in range(5)]
    callers = [world.caller({}) for _ in steps]
    tries = [eventlet.spawn(is_let_in, caller, step, number) for caller, step in zip(callers, steps, strict=True)]
    assert sorted(each.wait() for each in tries) == [False] * 4 + [True]


def is_let_in(caller, step, number):
    try:
        return bool(caller.sign_in.second_step(step, number, "192.0.2.1"))
    except NotSignedIn:
        return False


@pytest.mark.parametrize("later, opens", [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_the_step_before_and_the_one_after_are_good_too(later, opens):
    secret, now = totp.new_secret(), 1_800_000_015
    typed = pyotp.TOTP(secret).at(now + 30 * later)
    assert totp.step_of(secret, typed, now) == (now // 30 + later if opens else None)


def test_a_number_is_typed_with_or_without_spaces(enrolled):
    number = enrolled.number()
    assert enrolled.sign_in(otp=f" {number[:3]} {number[3:]} ")["user_id"] == enrolled.user_id


@pytest.mark.parametrize("otp", ["000000", "", "x", "\u0661\u0662\u0663\u0664\u0665\u0666", "1" * 90])
def test_what_is_no_number_opens_nothing(world, enrolled, otp):
    with pytest.raises(NotSignedIn):
        world.nobody.sign_in.second_step(enrolled.step(), otp, "192.0.2.1")


def test_a_recovery_code_opens_once_however_it_is_typed(enrolled):
    code = enrolled.codes[3]
    assert enrolled.sign_in(otp=code.upper().replace("-", " "))["user_id"] == enrolled.user_id
    with pytest.raises(NotSignedIn):
        enrolled.sign_in(otp=code)
    assert enrolled.caller.sign_in.second_factor()["recovery_codes_left"] == 9


def test_a_recovery_code_of_somebody_else_opens_nothing(world, enrolled):
    with pytest.raises(NotSignedIn):
        Enrolled(world, enrolled.firm).sign_in(otp=enrolled.codes[0])


def test_the_eleventh_wrong_number_has_to_wait_from_wherever(enrolled):
    for number in range(10):
        with pytest.raises(NotSignedIn):
            enrolled.sign_in(otp="000000", address=f"192.0.2.{number}")
    with pytest.raises(TooMany) as refused:
        enrolled.sign_in(otp=enrolled.number(), address="192.0.2.99")
    assert int(refused.value.errors["retry_after_s"][0]) > 0


def test_what_stands_for_the_password_is_worth_nothing_once_it_was_changed(world, enrolled):
    step = enrolled.step()
    enrolled.caller.sign_in.change_password(PASSWORD, "otra frase distinta")
    with pytest.raises(NotSignedIn):
        world.nobody.sign_in.second_step(step, enrolled.number(), "192.0.2.1")


@pytest.mark.parametrize("step", ["", "x", "a.b.c", "0.k1.AAAA"])
def test_what_does_not_stand_for_a_password_is_refused(world, step):
    with pytest.raises(NotSignedIn):
        world.nobody.sign_in.second_step(step, "123456", "192.0.2.1")


def test_a_second_one_is_not_put_beside_the_first(enrolled):
    with pytest.raises(Conflict):
        enrolled.caller.sign_in.enrol_totp()


def test_it_is_removed_with_both_and_with_nothing_less(world, enrolled):
    for password, otp, wrong in (("otra", enrolled.number(), "password"), (PASSWORD, "000000", "otp")):
        with pytest.raises(Invalid) as refused:
            enrolled.caller.sign_in.remove_totp(password, otp)
        assert list(refused.value.errors) == [wrong]
    made = enrolled.caller.sign_in.remove_totp(PASSWORD, enrolled.number())
    assert is_over(world, enrolled.session) and not is_over(world, made["session"])
    assert enrolled.sign_in()["user_id"] == enrolled.user_id


def test_new_recovery_codes_replace_the_old_ones(enrolled):
    new = enrolled.caller.sign_in.renew_recovery_codes(PASSWORD, enrolled.number())["recovery_codes"]
    with pytest.raises(NotSignedIn):
        enrolled.sign_in(otp=enrolled.codes[0])
    assert enrolled.sign_in(otp=new[0])["user_id"] == enrolled.user_id


def test_who_manages_users_resets_it_for_who_has_lost_it(world, enrolled):
    enrolled.firm.admin.sign_in.reset_second_factor(enrolled.user_id)
    assert is_over(world, enrolled.session)
    assert enrolled.sign_in()["user_id"] == enrolled.user_id
    (entry,) = enrolled.firm.admin.audit.entries({"act": "reset_second_factor"})["items"]
    assert (entry["user_id"], entry["subject"]) == (enrolled.firm.admin_id, enrolled.user_id)


def test_nobody_else_resets_it_nor_their_own(world, enrolled):
    for caller, refusal in ((enrolled.caller, NotAllowed), (world.firm().admin, NotFound)):
        with pytest.raises(refusal):
            caller.sign_in.reset_second_factor(enrolled.user_id)
    with pytest.raises(NotAllowed):
        enrolled.firm.admin.sign_in.reset_second_factor(enrolled.firm.admin_id)


def test_where_the_firm_requires_one_a_session_without_it_can_only_set_it_up(world, person):
    person.firm.admin.access.change_settings({"version": 1, "requires_second_factor": True})
    made = person.sign_in()
    assert made["is_enrolling"] and world.nobody.sign_in.who(made["session"])["kind"] == "enrolling"
    secret = person.caller.sign_in.enrol_totp()["secret"]
    session = person.caller.sign_in.confirm_totp(pyotp.TOTP(secret).now())["session"]
    assert is_over(world, made["session"])
    assert world.nobody.sign_in.who(session)["kind"] == "session"
    with pytest.raises(Conflict):
        person.caller.sign_in.remove_totp(PASSWORD, "123456")


def test_where_two_factors_are_required_a_password_does_not_stand_in_for_a_passkey(world, person):
    device = Authenticator(ORIGIN)
    credential = device.create(person.caller.sign_in.passkey_options(ORIGIN, "192.0.2.1"))
    person.caller.sign_in.enrol_passkey({"name": "Llave", "credential": credential}, ORIGIN)
    assert person.sign_in()["user_id"] == person.user_id
    person.firm.admin.access.change_settings({"version": 1, "requires_second_factor": True})
    with pytest.raises(NotSignedIn, match="llave"):
        person.sign_in()
    shown = device.get(world.nobody.sign_in.passkey_challenge(ORIGIN, "192.0.2.1"))
    assert not world.nobody.sign_in.sign_in_with_passkey(shown, ORIGIN, "192.0.2.1")["is_enrolling"]
    person.firm.admin.sign_in.reset_second_factor(person.user_id)
    assert person.caller.sign_in.passkeys() == []
    assert person.sign_in()["is_enrolling"]


def test_whoever_finds_a_browser_open_cannot_lock_its_owner_out_with_an_app_of_their_own(world):
    person = Person(world)
    browser = person.firm.as_user(person.user_id, came_with=world.nobody.sign_in.who(person.sign_in()["session"])["came_with"])
    assert browser.sign_in.enrol_totp()["secret"]
    with world.store("sign_in").begin() as db:
        db.execute(update(Session).where(Session.user_id == person.user_id).values(created_at=utc_now() - timedelta(minutes=16)))
    with pytest.raises(NotAllowed, match="vuelva a entrar"):
        browser.sign_in.enrol_totp()
