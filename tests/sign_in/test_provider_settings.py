"""Choosing a firm's own sign-in provider, and requiring it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.chassis.asking import Asking
from services.contracts.errors import Invalid, NotAllowed, NotFound, NotSignedIn
from services.sign_in.models import Provider, ProviderDomain
from tests.authenticator import Authenticator
from tests.identity_provider import as_json
from tests.worlds import numbers

ORIGIN = "http://localhost:8000"
PASSWORD = "un gato en el tejado"


@pytest.fixture
def firm(world):
    return world.firm()


@pytest.fixture
def provider(house):
    return house.provider()


def choose(firm, new):
    return firm.admin.sign_in.set_provider(new, ORIGIN)


def test_a_chosen_provider_is_shown_with_its_addresses_and_without_its_secret(firm, provider):
    made = choose(firm, provider.settings(email_domains=["@Despacho.ES"]))
    assert made == firm.admin.sign_in.provider(ORIGIN)
    assert made["redirect_uri"] == f"{ORIGIN}/api/session/oidc/callback"
    assert made["start_url"] == f"{ORIGIN}/api/session/oidc/start?tenant={firm.tenant_id}"
    assert (made["email_domains"], made["new_users_role"], made["is_required"]) == (["despacho.es"], None, False)
    assert "client_secret" not in made and provider.client_secret not in str(made)


def test_the_secret_is_sealed_and_the_domains_are_hashed_in_the_tables(world, firm, provider):
    choose(firm, provider.settings(email_domains=["despacho.es"]))
    with world.store("sign_in").begin(Asking(tenant_id=firm.tenant_id)) as db:
        row = db.scalars(select(Provider)).one()
        domains = db.scalars(select(ProviderDomain.domain_hash).where(ProviderDomain.tenant_id == firm.tenant_id)).all()
    assert provider.client_secret not in row.sealed_secret and "despacho.es" not in domains
    assert len(domains) == 1


def test_a_provider_is_seen_and_removed_by_its_own_firm_only(world, firm, provider):
    choose(firm, provider.settings())
    other = world.firm()
    with pytest.raises(NotFound):
        other.admin.sign_in.provider(ORIGIN)
    with pytest.raises(NotFound):
        other.admin.sign_in.remove_provider()
    firm.admin.sign_in.remove_provider()
    with pytest.raises(NotFound):
        firm.admin.sign_in.provider(ORIGIN)


@pytest.mark.parametrize("role", ["manager", "operator", "reader"])
def test_only_who_manages_settings_and_users_chooses_the_provider(firm, provider, role):
    caller = firm.as_user(firm.user(role))
    for ask in (lambda: caller.sign_in.set_provider(provider.settings(), ORIGIN), lambda: caller.sign_in.remove_provider()):
        with pytest.raises(NotAllowed):
            ask()


def test_who_may_manage_settings_but_no_users_does_not_choose_the_provider(firm, provider):
    narrow = firm.as_user(firm.admin_id, only="settings.manage")
    with pytest.raises(NotAllowed, match=r"users\.manage"):
        narrow.sign_in.set_provider(provider.settings(), ORIGIN)


def test_choosing_and_removing_are_in_the_trail(firm, provider):
    choose(firm, provider.settings())
    firm.admin.sign_in.remove_provider()
    for act in ("change_provider", "remove_provider"):
        (entry,) = firm.admin.audit.entries({"act": act})["items"]
        assert (entry["user_id"], entry["subject"], entry["detail"]) == (firm.admin_id, firm.tenant_id, {})


def test_the_secret_is_kept_for_the_same_client_and_never_sent_to_another(firm, provider, house):
    choose(firm, provider.settings())
    again = {name: value for name, value in provider.settings(email_domains=["despacho.es"]).items() if name != "client_secret"}
    assert choose(firm, again)["email_domains"] == ["despacho.es"]
    for other in (again | {"issuer": house.provider().issuer}, again | {"client_id": "otro"}):
        with pytest.raises(Invalid) as refused:
            choose(firm, other)
        assert list(refused.value.errors) == ["client_secret"]


@pytest.mark.parametrize(
    "issuer",
    [
        "http://localhost",
        "https://",
        "https://a@127.0.0.1/",
        "https://127.0.0.1/?a=1",
        "https://127.0.0.1:99999/",
        "https://[::1",
        "https://169.254.169.254/",
        "https://10.0.0.1/",
        "https://[::ffff:10.0.0.1]/",
        "https://nadie.invalid/",
        "ftp://127.0.0.1/",
    ],
)
def test_an_issuer_that_may_not_be_asked_is_refused_in_words(firm, provider, issuer):
    with pytest.raises(Invalid) as refused:
        choose(firm, provider.settings(issuer=issuer))
    assert list(refused.value.errors) == ["issuer"]


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://otro.example"},
        {"token_endpoint": None},
        {"jwks_uri": "http://127.0.0.1/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint_auth_methods_supported": "todas"},
    ],
    ids=lambda document: next(iter(document)),
)
def test_a_provider_whose_document_is_not_one_is_refused_in_words(firm, house, document):
    with pytest.raises(Invalid) as refused:
        choose(firm, house.provider(document=document).settings())
    assert list(refused.value.errors) == ["issuer"]


@pytest.mark.parametrize("answer", [as_json(200, {"keys": []}), as_json(200, {"keys": 5}), as_json(404, {}), (503, {}, b"")])
def test_a_provider_whose_keys_cannot_be_read_is_refused_in_words(firm, provider, answer):
    provider.answers["keys"] = answer
    with pytest.raises(Invalid) as refused:
        choose(firm, provider.settings())
    assert list(refused.value.errors) == ["issuer"]


def test_every_bad_field_is_named(firm, provider):
    wrong = {"issuer": "x", "client_id": "", "email_domains": ["no es un dominio"], "new_users_role": "rey", "emergency_user_id": "nadie"}
    with pytest.raises(Invalid) as refused:
        choose(firm, provider.settings(**wrong, más=1))
    assert set(refused.value.errors) == {"issuer", "client_id", "email_domains.0", "new_users_role", "emergency_user_id", "más"}


def test_strangers_become_users_of_named_domains_only_and_requiring_names_who_gets_in_without(firm, provider):
    for more, field in (({"new_users_role": "reader"}, "email_domains"), ({"is_required": True}, "emergency_user_id")):
        with pytest.raises(Invalid) as refused:
            choose(firm, provider.settings(**more))
        assert list(refused.value.errors) == [field]


class Somebody:
    """A user with a password and a passkey."""

    def __init__(self, world, firm):
        self.world, self.address = world, f"192.0.2.{next(numbers)}"
        self.user_id, self.device = firm.user("reader"), Authenticator(ORIGIN)
        self.email = firm.admin.access.user(self.user_id)["email"]
        world.nobody.sign_in.accept_invitation(world.nobody.sign_in.invite(firm.tenant_id, self.user_id), PASSWORD)
        own = firm.as_user(self.user_id).sign_in
        own.enrol_passkey({"name": "x", "credential": self.device.create(own.passkey_options(ORIGIN, self.address))}, ORIGIN)

    def by_password(self):
        return self.world.nobody.sign_in.sign_in(self.email, PASSWORD, self.address)

    def by_passkey(self):
        ask = self.world.nobody.sign_in
        return ask.sign_in_with_passkey(self.device.get(ask.passkey_challenge(ORIGIN, self.address)), ORIGIN, self.address)

    def ways_in(self):
        return [is_in(self.by_password), is_in(self.by_passkey)]


def is_in(way):
    try:
        return bool(way())
    except NotSignedIn:
        return False


def test_where_the_provider_is_required_only_one_person_gets_in_without(world, firm, provider):
    person, rescuer = Somebody(world, firm), Somebody(world, firm)
    assert person.ways_in() == [True, True]
    choose(firm, provider.settings(is_required=True, emergency_user_id=rescuer.user_id))
    assert person.ways_in() == [False, False]
    assert rescuer.ways_in() == [True, True]
    started = world.nobody.sign_in.oidc_start(firm.tenant_id, ORIGIN, person.address)
    answer = provider.visit(started["redirect"], person.email) | {"error": "", "secret": started["secret"]}
    assert world.nobody.sign_in.oidc_finish(answer, ORIGIN, person.address)["user_id"] == person.user_id


def test_who_is_turned_away_by_a_required_provider_is_in_the_trail(world, firm, provider):
    person = Somebody(world, firm)
    choose(firm, provider.settings(is_required=True, emergency_user_id=firm.admin_id))
    with pytest.raises(NotSignedIn, match="proveedor"):
        person.by_password()
    assert firm.admin.audit.entries({"act": "sign_in_failed", "user_id": person.user_id})["items"]
