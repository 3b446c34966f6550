"""What a firm's own provider answers, good and bad: algorithms, claims, keys, faults."""

from __future__ import annotations

import pytest

from services.contracts.errors import Away, Conflict, NotSignedIn
from tests.doors import Office
from tests.identity_provider import as_json, ec_key, jwk, rsa_key


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
