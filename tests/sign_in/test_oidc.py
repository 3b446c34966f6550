"""Signing in at a firm's own provider, through the promises of `sign_in`, with a small real provider: who gets in."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import eventlet
import pytest
from sqlalchemy import select, update

from services.contracts.errors import Invalid, NotFound, NotSignedIn, TooMany
from services.contracts.message import utc_now
from services.sign_in.models import Challenge
from tests.doors import ORIGIN, Office
from tests.worlds import numbers


def test_a_person_of_the_firm_signs_in_at_its_provider(world, office):
    who = world.nobody.sign_in.who(office.sign_in()["session"])
    assert (who["tenant_id"], who["user_id"], who["kind"]) == (office.firm.tenant_id, office.user_id, "session")


def test_case_of_the_email_does_not_matter(office):
    assert office.sign_in(office.email.upper())["user_id"] == office.user_id


def test_the_provider_is_asked_for_a_code_with_pkce_state_and_nonce(office):
    first, second = office.start(), office.start()
    asked = [parse_qs(urlsplit(started["redirect"]).query) for started in (first, second)]
    assert asked[0]["redirect_uri"] == [f"{ORIGIN}/api/session/oidc/callback"]
    assert asked[0]["scope"] == ["openid email profile"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[0][name][0]) == 43 and asked[0][name] != asked[1][name]
    assert first["secret"] not in first["redirect"]


def test_a_sign_in_is_in_the_trail_with_its_method(office):
    office.sign_in()
    (entry,) = office.recorded("sign_in")
    assert (entry["user_id"], entry["detail"]["method"]) == (office.user_id, "oidc")


@pytest.mark.parametrize(
    "said", [{"email_verified": False}, {"email_verified": None}, {"email_verified": "true"}, {"email": None}, {"email": 5}]
)
def test_an_email_that_the_provider_has_not_verified_lets_nobody_in(office, said):
    with pytest.raises(NotSignedIn, match="no confirma"):
        office.sign_in(**said)
    assert office.recorded("sign_in_failed")


def test_somebody_of_another_firm_is_refused_in_the_very_words_of_a_stranger(world, office):
    other = world.firm()
    foreign = other.admin.access.me()["email"]
    answers = []
    for email in (foreign, "nadie@ninguna.example"):
        with pytest.raises(NotSignedIn) as refused:
            office.sign_in(email)
        answers.append(refused.value.args)
    assert answers[0] == answers[1]
    assert other.admin.audit.entries({"act": "sign_in"})["items"] == []


def test_a_disabled_person_stays_out_whatever_the_provider_says(office):
    office.firm.admin.access.change_user(office.user_id, {"version": 1, "is_active": False})
    with pytest.raises(NotSignedIn, match="no está activo"):
        office.sign_in()


def test_a_suspended_firm_stays_out_and_takes_nobody_in(world, office):
    office.choose(email_domains=["nuevos.example", office.email.partition("@")[2]], new_users_role="reader")
    world.nobody.access.suspend_tenant(office.firm.tenant_id)
    stranger = f"nueva{next(numbers)}@nuevos.example"
    for email in (office.email, stranger):
        with pytest.raises(NotSignedIn, match="suspendido"):
            office.sign_in(email)
    assert world.nobody.access.person(stranger) is None


def test_an_answer_signs_in_once(office):
    started = office.start()
    back = office.provider.visit(started["redirect"], office.email)
    office.finish(started, back)
    with pytest.raises(NotSignedIn, match="ya se usó"):
        office.finish(started, office.provider.visit(started["redirect"], office.email))


def test_an_answer_shown_twice_at_once_signs_in_once(world, office):
    started = office.start()
    answer = office.provider.visit(started["redirect"], office.email) | {"error": "", "secret": started["secret"]}
    tries = [eventlet.spawn(is_let_in, world.caller({}), answer) for _ in range(2)]
    assert sorted(each.wait() for each in tries) == [False, True]


def is_let_in(caller, answer):
    try:
        return bool(caller.sign_in.oidc_finish(answer, ORIGIN, "192.0.2.9"))
    except NotSignedIn:
        return False


def test_a_browser_that_did_not_start_here_is_not_let_in_by_anothers_code(office):
    mine, theirs = office.start(), office.start()
    back = office.provider.visit(theirs["redirect"], office.email)
    for secret in (mine["secret"], "", "ñ"):
        with pytest.raises(NotSignedIn):
            office.finish(theirs, back, secret=secret)


def test_a_code_is_redeemed_only_with_the_verifier_of_its_own_sign_in(office):
    mine, theirs = office.start(), office.start()
    code = office.provider.visit(theirs["redirect"], office.email)["code"]
    back = office.provider.visit(mine["redirect"], office.email)
    with pytest.raises(NotSignedIn, match="no le ha dejado"):
        office.finish(mine, back, code=code)


def test_an_answer_of_another_issuer_or_a_refusal_lets_nobody_in(office):
    for more in ({"iss": "https://otro.example"}, {"error": "access_denied"}, {"code": ""}):
        started = office.start()
        with pytest.raises(NotSignedIn, match="no le ha dejado"):
            office.finish(started, office.provider.visit(started["redirect"], office.email), **more)


def test_a_start_is_good_for_ten_minutes(world, office):
    started = office.start()
    back = office.provider.visit(started["redirect"], office.email)
    with world.store("sign_in").begin() as db:
        ends = db.scalars(select(Challenge.expires_at).where(Challenge.tenant_id == office.firm.tenant_id)).one()
        assert ends - utc_now() <= timedelta(minutes=10)
        db.execute(update(Challenge).where(Challenge.tenant_id == office.firm.tenant_id).values(expires_at=utc_now()))
    with pytest.raises(NotSignedIn, match="demasiado tiempo"):
        office.finish(started, back)


def test_an_address_cannot_start_without_end(office):
    for _ in range(100):
        office.start()
    with pytest.raises(TooMany):
        office.start()


def test_a_firm_without_a_provider_and_one_that_does_not_exist_are_answered_alike(world):
    answers = []
    for tenant_id in (world.firm().tenant_id, "01a20c6e-0000-7000-8000-000000000000"):
        with pytest.raises(NotFound) as refused:
            world.nobody.sign_in.oidc_start(tenant_id, ORIGIN, "192.0.2.1")
        answers.append(refused.value.args)
    assert answers[0] == answers[1]


def test_a_person_is_led_to_their_own_firms_provider_by_their_email(world, office):
    started = world.nobody.sign_in.oidc_start_by_email(office.email, ORIGIN, office.address)
    assert started["redirect"].startswith(office.provider.issuer)
    assert office.finish(started, office.provider.visit(started["redirect"], office.email))["user_id"] == office.user_id


def test_a_domain_leads_strangers_to_the_one_firm_that_names_it_and_nobody_elses_people(world, house, office):
    domain = office.email.partition("@")[2]
    office.choose(email_domains=[domain])
    ask = world.nobody.sign_in.oidc_start_by_email
    assert ask(f"nueva@{domain}", ORIGIN, office.address)["redirect"].startswith(office.provider.issuer)
    squatter = Office(world, house)
    squatter.choose(email_domains=[domain])
    assert ask(office.email, ORIGIN, office.address)["redirect"].startswith(office.provider.issuer)
    with pytest.raises(Invalid):
        ask(f"nueva@{domain}", ORIGIN, office.address)


def test_who_has_no_provider_is_answered_like_a_stranger(world):
    answers = []
    for email in (world.firm().admin.access.me()["email"], "nadie@ninguna.example"):
        with pytest.raises(Invalid) as refused:
            world.nobody.sign_in.oidc_start_by_email(email, ORIGIN, "192.0.2.1")
        answers.append(refused.value.args)
    assert answers[0] == answers[1] and list(refused.value.errors) == ["email"]


def test_only_emails_of_the_named_domains_get_in(office):
    office.choose(email_domains=["otro.example"])
    with pytest.raises(NotSignedIn):
        office.sign_in()


def test_a_stranger_becomes_a_user_only_where_the_firm_says_so_and_with_that_role(office):
    domain = "nuevos.example"
    email = f"nueva{next(numbers)}@{domain}"
    with pytest.raises(NotSignedIn):
        office.sign_in(email)
    office.choose(email_domains=[domain], new_users_role="reader")
    user = office.firm.admin.access.user(office.sign_in(email, name="Nueva Persona")["user_id"])
    assert (user["email"], user["name"], user["role"], user["grants"]) == (email, "Nueva Persona", "reader", [])
    assert office.sign_in(email)["user_id"] == user["id"]
    with pytest.raises(NotSignedIn):
        office.sign_in(f"otra{next(numbers)}@fuera.example")
