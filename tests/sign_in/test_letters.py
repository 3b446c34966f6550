"""Invitations and links for forgotten passwords, by mail over a real mail server."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from services.chassis.asking import Asking
from services.chassis.mail import Mailer, Post
from services.contracts.errors import Invalid, NotAllowed, NotFound, TooMany
from services.contracts.message import utc_now
from services.sign_in import invitations, letters
from services.sign_in.models import Letter
from tests import post_office
from tests.worlds import numbers, until

PASSWORD = "un gato en el tejado"
SENDER = "Casillero <avisos@casillero.example>"


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    with post_office.opened(tmp_path_factory.mktemp("office")) as opened:
        yield opened


@pytest.fixture
def mailed(world, office):
    """The world with a mail server."""
    mailer = next(each for each in world.runner.service_map["sign_in"].dependencies if isinstance(each, Mailer))
    without = mailer.post
    mailer.post = Post(replace(world.settings, smtp_url=office.url, mail_from=SENDER, public_url="https://casillero.example"))
    yield world
    mailer.post = without


class Guest:
    """A user of a firm whose mailbox is at the post office."""

    def __init__(self, world, office, kind="lee"):
        self.world, self.office, self.firm, self.address = world, office, world.firm(), f"192.0.2.{next(numbers)}"
        self.email = f"{kind}{next(numbers)}@{self.firm.name}.example"
        self.user_id = self.firm.admin.access.create_user({"email": self.email, "name": "Inés", "role": "reader"})["id"]

    def letters(self, count=1):
        return until(lambda: self.office.letters(self.email)[count - 1 :] and self.office.letters(self.email))

    def code(self, number=1):
        return re.search(r"https://casillero\.example/invitacion/(\S+)", self.letters(number)[number - 1].get_content())[1]

    def forget(self, email=None, address=None):
        return self.world.nobody.sign_in.forgotten(email or self.email, address or self.address)

    def mail_state(self):
        return self.firm.admin.sign_in.invitation(self.user_id)["mail"]["state"]

    def make_due(self):
        with self.world.store("sign_in").begin() as db:
            db.execute(update(Letter).where(Letter.user_id == self.user_id).values(next_try_at=utc_now()))


@pytest.fixture
def guest(mailed, office):
    return Guest(mailed, office)


def test_an_invitation_goes_by_mail_and_is_not_shown(mailed, guest):
    invited = guest.firm.admin.sign_in.invite_user(guest.user_id)
    assert (invited["invitation"], invited["mail"]["state"]) == (None, "pending")
    (letter,) = guest.letters()
    assert "Inés" in letter.get_content() and guest.firm.name in letter.get_content()
    mailed.nobody.sign_in.accept_invitation(guest.code(), PASSWORD)
    assert mailed.nobody.sign_in.sign_in(guest.email, PASSWORD, guest.address)["user_id"] == guest.user_id


def test_an_administrator_sees_that_the_letter_was_sent(guest):
    guest.firm.admin.sign_in.invite_user(guest.user_id)
    until(lambda: guest.mail_state() == "sent")
    state = guest.firm.admin.sign_in.invitation(guest.user_id)
    assert state["mail"]["sent_at"] and state["expires_at"]


def test_an_administrator_may_have_the_link_instead(guest):
    invited = guest.firm.admin.sign_in.invite_user(guest.user_id, "link")
    assert invited["invitation"] and invited["mail"] is None


def test_without_mail_the_link_is_shown(world):
    firm = world.firm()
    invited = firm.admin.sign_in.invite_user(firm.user("reader"))
    assert invited["invitation"] and invited["mail"] is None


def test_a_letter_that_is_refused_for_ever_has_failed_and_says_why(mailed, office):
    guest = Guest(mailed, office, "rechazada")
    guest.firm.admin.sign_in.invite_user(guest.user_id)
    until(lambda: guest.mail_state() == "failed")
    assert "dirección de destino" in guest.firm.admin.sign_in.invitation(guest.user_id)["mail"]["reason"]


def test_a_letter_that_is_put_off_is_tried_again_after_a_pause(mailed, office):
    guest = Guest(mailed, office, "luego")
    guest.firm.admin.sign_in.invite_user(guest.user_id)
    until(lambda: guest.firm.admin.sign_in.invitation(guest.user_id)["mail"]["reason"])
    with mailed.store("sign_in").begin() as db:
        letter = db.scalars(select(Letter).where(Letter.user_id == guest.user_id)).one()
    assert (letter.state, letter.tries) == ("pending", 1)
    assert letter.next_try_at > utc_now() + timedelta(seconds=30)
    guest.make_due()
    until(lambda: guest.mail_state() == "sent")


def test_a_link_that_expires_before_it_is_sent_has_failed(mailed, office):
    guest = Guest(mailed, office, "luego")
    guest.firm.admin.sign_in.invite_user(guest.user_id)
    until(lambda: guest.firm.admin.sign_in.invitation(guest.user_id)["mail"]["reason"])
    with mailed.store("sign_in").begin() as db:
        db.execute(update(Letter).where(Letter.user_id == guest.user_id).values(next_try_at=utc_now(), expires_at=utc_now()))
    until(lambda: guest.mail_state() == "failed")
    assert office.letters(guest.email) == []


def test_what_was_sent_keeps_neither_the_email_nor_the_code(mailed, guest):
    guest.firm.admin.sign_in.invite_user(guest.user_id)
    until(lambda: guest.mail_state() == "sent")
    with mailed.store("sign_in").begin() as db:
        letter = db.scalars(select(Letter).where(Letter.user_id == guest.user_id)).one()
    assert letter.sealed == ""
    assert guest.email not in str(vars(letter))


def test_a_letter_that_was_sent_but_not_marked_is_sent_again_and_opens_the_same_door(mailed, guest):
    guest.firm.admin.sign_in.invite_user(guest.user_id, "link")
    with mailed.store("sign_in").begin() as db:
        waiting = letter_to_send(db, guest)
    until(lambda: guest.mail_state() == "sent")
    with mailed.store("sign_in").begin() as db:
        db.merge(Letter(id=waiting.id, state="pending", sealed=waiting.sealed, next_try_at=utc_now()))
    first, second = guest.letters(2)
    assert first["Message-ID"] == second["Message-ID"]
    assert guest.code(1) == guest.code(2)


def letter_to_send(db, guest):
    code = invitations.make(db, guest.firm.tenant_id, guest.user_id)
    return letters.invite(db, Asking(tenant_id=guest.firm.tenant_id), guest.user_id, code)


def test_only_who_manages_users_sees_how_far_a_letter_is(mailed, guest):
    with pytest.raises(NotAllowed):
        guest.firm.as_user(guest.user_id).sign_in.invitation(guest.firm.admin_id)
    with pytest.raises(NotFound):
        mailed.firm().admin.sign_in.invitation(guest.user_id)


def test_whoever_forgot_their_password_gets_a_link(mailed, guest):
    guest.forget()
    assert "ha pedido elegir otra contraseña" in guest.letters()[0].get_content()
    mailed.nobody.sign_in.accept_invitation(guest.code(), PASSWORD)
    assert mailed.nobody.sign_in.sign_in(guest.email, PASSWORD, guest.address)["user_id"] == guest.user_id


def test_asking_for_a_link_ends_nothing(mailed, guest):
    code = mailed.nobody.sign_in.invite(guest.firm.tenant_id, guest.user_id)
    guest.forget()
    guest.letters()
    mailed.nobody.sign_in.accept_invitation(code, PASSWORD)
    with pytest.raises(Invalid):
        mailed.nobody.sign_in.accept_invitation(guest.code(), PASSWORD)


def test_an_email_of_nobody_is_answered_alike_and_gets_nothing(mailed, guest, office):
    unknown = f"nadie{next(numbers)}@ninguna.example"
    assert guest.forget(unknown) == guest.forget()
    guest.letters()
    assert office.letters(unknown) == []
    with mailed.store("sign_in").begin() as db:
        assert db.scalars(select(Letter.id).where(Letter.tenant_id == "", Letter.tries > 0)).all() == []


def test_the_link_goes_to_the_address_that_is_known_not_to_one_that_folds_to_it(mailed, guest, office):
    lookalike = guest.email.replace("s", "\u017f")
    guest.forget(lookalike)
    assert guest.letters()
    assert office.letters(lookalike) == []


def test_asking_for_a_link_is_in_the_trail(guest):
    guest.forget()
    guest.letters()
    assert [entry["act"] for entry in guest.firm.admin.audit.entries({"user_id": guest.user_id})["items"]] == ["ask_for_password"]


def test_nobody_is_flooded_with_letters(guest):
    for _ in range(3):
        guest.forget()
    with pytest.raises(TooMany):
        guest.forget()
    for _ in range(2):
        guest.forget(address=f"198.51.100.{next(numbers)}")
    with pytest.raises(TooMany):
        guest.forget(address=f"198.51.100.{next(numbers)}")


def test_who_is_disabled_gets_no_link(mailed, guest, office):
    guest.firm.admin.access.change_user(guest.user_id, {"version": 1, "is_active": False})
    guest.forget()
    until(lambda: nothing_waits(mailed))
    assert office.letters(guest.email) == []


def nothing_waits(world):
    with world.store("sign_in").begin() as db:
        return not db.scalars(select(Letter.id).where(Letter.tenant_id == "")).all()


def test_without_mail_whoever_forgot_is_told_whom_to_ask(world):
    assert "administra" in world.nobody.sign_in.forgotten("nadie@ninguna.example", "192.0.2.77")["message"]
