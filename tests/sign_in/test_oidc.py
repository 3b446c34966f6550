"""Signing in at a firm's own provider, through the promises of `sign_in`, with a small real provider."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import eventlet
import pytest
from sqlalchemy import select, update

from services.contracts.errors import Away, Conflict, Invalid, NotFound, NotSignedIn, TooMany
from services.contracts.message import utc_now
from services.sign_in.models import Challenge
from tests.identity_provider import as_json, ec_key, jwk, rsa_key
from tests.worlds import numbers

ORIGIN = "http://localhost:8000"


class Office:
    """A firm with a provider of its own, and a reader who signs in there from an address of their own."""

    def __init__(self, world, house, firm=None, **provider):
        self.world, self.firm = world, firm or world.firm()
        self.provider = house.provider(**provider)
        self.user_id = self.firm.user("reader")
        self.email = self.firm.admin.access.user(self.user_id)["email"]
        self.address = f"192.0.2.{next(numbers)}"
        self.choose()

    def choose(self, **more):
        return self.firm.admin.sign_in.set_provider(self.provider.settings(**more), ORIGIN)

    def start(self):
        return self.world.nobody.sign_in.oidc_start(self.firm.tenant_id, ORIGIN, self.address)

    def finish(self, started, back, **more):
        answer = {"error": "", "secret": started["secret"], **back, **more}
        return self.world.nobody.sign_in.oidc_finish(answer, ORIGIN, self.address)

    def sign_in(self, who=None, **said):
        started = self.start()
        return self.finish(started, self.provider.visit(started["redirect"], who or self.email, **said))

    def recorded(self, act):
        return self.firm.admin.audit.entries({"act": act})["items"]


@pytest.fixture
def office(world, house):
    return Office(world, house)


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


@pytest.mark.parametrize("algorithm, key", [("RS256", rsa_key), ("PS256", rsa_key), ("ES256", ec_key)])
def test_three_algorithms_are_good(world, house, algorithm, key):
    office = Office(world, house, algorithm=algorithm, key=key())
    assert office.sign_in()["user_id"] == office.user_id


@pytest.mark.parametrize("algorithm", ["none", "HS256", "RS512"])
def test_an_algorithm_that_the_token_chooses_itself_is_refused(office, algorithm):
    office.provider.algorithm = algorithm
    with pytest.raises(NotSignedIn, match="no se puede comprobar"):
        office.sign_in()
    (entry,) = office.recorded("sign_in_failed")
    assert (entry["user_id"], entry["detail"]["method"]) == ("", "oidc")


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "otro"},
        {"nonce": None},
        {"aud": "otro"},
        {"aud": ["casillero", "otro"]},
        {"aud": ["casillero", "otro"], "azp": "otro"},
        {"iss": "https://otro.example"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"nbf": 4_000_000_000},
        {"at_hash": "deotroacceso"},
        {"aud": {"a": 1}},
    ],
    ids=str,
)
def test_a_token_that_was_not_made_for_this_sign_in_is_refused(office, claims):
    office.provider.claims = claims
    with pytest.raises(NotSignedIn, match="no se puede comprobar"):
        office.sign_in()


def test_a_token_signed_with_a_key_that_it_brings_along_is_refused(office):
    published = as_json(200, {"keys": [jwk(office.provider.key, "primera")]})
    office.provider.key, office.provider.answers["keys"] = rsa_key(2), published
    for kid in ("primera", "segunda"):
        office.provider.header = {"kid": kid, "jwk": jwk(rsa_key(2), kid), "jku": f"{office.provider.issuer}/keys"}
        with pytest.raises(NotSignedIn, match="no se puede comprobar"):
            office.sign_in()


def test_a_provider_may_change_its_keys_at_any_moment(office):
    office.sign_in()
    office.provider.key, office.provider.kid = rsa_key(2), "segunda"
    assert office.sign_in()["user_id"] == office.user_id


def test_what_a_provider_publishes_is_not_asked_for_at_each_sign_in(office):
    for _ in range(3):
        office.sign_in()
    assert office.provider.asked.count("keys") == 1
    assert office.provider.asked.count("token") == 3


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


def test_a_provider_that_is_away_is_said_in_words(office):
    started = office.start()
    back = office.provider.visit(started["redirect"], office.email)
    office.provider.answers["token"] = (503, {}, b"")
    with pytest.raises(Away, match="no responde"):
        office.finish(started, back)


@pytest.mark.parametrize(
    "answer",
    [(302, {"Location": "https://127.0.0.1/"}, b""), (200, {}, b"x" * 600_000), (500, {}, b"")],
    ids=["redirect", "too large", "broken"],
)
def test_a_provider_that_is_not_well_is_said_in_words_and_not_followed(office, answer):
    office.provider.answers["token"] = answer
    with pytest.raises(Away):
        office.sign_in()


@pytest.mark.parametrize("answer", [(401, {}, b"{}"), (200, {}, b"[]"), (200, {}, b"<html>")])
def test_a_provider_that_does_not_know_us_is_said_to_who_can_mend_it(office, answer):
    office.provider.answers["token"] = answer
    with pytest.raises(Conflict, match="mal configurado"):
        office.sign_in()


def test_a_provider_that_wants_the_secret_in_the_form_gets_it_there(world, house):
    office = Office(world, house, document={"token_endpoint_auth_methods_supported": ["client_secret_post"]})
    assert office.sign_in()["user_id"] == office.user_id


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
