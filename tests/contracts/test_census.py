"""Every way in says who may: HTTP routes, RPC methods, handlers, ticks, jobs and commands. A new one that does not is found here.

What needs no sign-in is listed by name with its reason; so are the methods for other services that the gateway asks, which are the ways in
themselves. Anything else that is added to these lists is a decision for a reviewer.
"""

from __future__ import annotations

import pytest

from deploy.cli import main
from gateway.app import create_app
from gateway.rpc import Pool
from services.access.rules import CAPABILITIES
from services.chassis.always import Always
from services.chassis.settings import Settings
from services.contracts.rpc import INTERNAL, SIGNED_IN
from tests.contracts import census

PUBLIC = {
    "sessions.sign_in": "a way in",
    "second_factor.second_step": "a way in",
    "passkeys.passkey_challenge": "a way in",
    "passkeys.sign_in_with_passkey": "a way in",
    "oidc.start": "a way in",
    "oidc.start_by_email": "a way in",
    "oidc.callback": "a way in",
    "passwords.accept_invitation": "the one-time code says who it is",
    "passwords.forgotten": "answers the same whoever asks",
    "openapi.openapi": "the description of the API, the same for everybody",
    "openapi.docs": "the page that shows it",
    "web.sign_in": "a way in",
    "web.second_step": "a way in",
    "web.forgotten": "answers the same whoever asks",
    "web.sign_in_at_provider": "a way in",
    "web.choose_language": "a cookie of whoever looks, kept by their browser alone",
    "web.first_access": "the one-time code of an empty installation",
    "web.invitation": "the one-time code says who it is",
    "web.sign_out": "leaving twice is leaving",
    "health.livez": "for a supervisor; says only that the process answers",
    "health.readyz": "for a load balancer; names services only",
    "health.metrics": "answers this machine only",
    "static": "style sheets and scripts",
}
WAYS_IN = {
    "sign_in.who": "whose a session or token is, which the gateway itself has to know",
    "sign_in.sign_in": "a password",
    "sign_in.second_step": "a code, after a password",
    "sign_in.sign_out": "the session itself is the proof",
    "sign_in.found": "the one-time code of an empty installation",
    "sign_in.accept_invitation": "a one-time code",
    "sign_in.is_invitation": "whether a one-time code is still one",
    "sign_in.forgotten": "a letter to the address, and the same answer whoever asks",
    "sign_in.passkey_challenge": "a passkey",
    "sign_in.sign_in_with_passkey": "a passkey",
    "sign_in.oidc_start": "the firm's own provider",
    "sign_in.oidc_start_by_email": "the firm's own provider",
    "sign_in.oidc_finish": "the firm's own provider",
}
COMPUTED = {"gateway/api/jobs.py": "the service that has a job is written in the job's id; the method is always `job`"}
COMMANDS = {
    "run": "starts the product",
    "service": "starts services",
    "gateway": "starts the gateway",
    "migrate": "as the owner of the tables",
    "keys new": "writes key files",
    "tenant create": "access.create_tenant, sign_in.invite",
    "tenant list": "access.tenants",
    "tenant suspend": "access.suspend_tenant",
    "tenant resume": "access.resume_tenant",
    "tenant export": "each service's holdings of one firm; audit.record first",
    "tenant erase": "access.erase_tenant; audit.record first",
    "browser check": "looks at this machine",
    "browser install": "installs packages, compiles the token's module",
    "audit export": "audit.export_of, audit.exported_of",
    "audit verify": "reads a file",
    "audit key": "audit",
    "user list": "access.users_of",
    "user disable": "access.disable_user",
    "user invite": "audit.record, then sign_in.invite",
    "teu on": "teu_watcher.switch_source",
    "teu off": "teu_watcher.switch_source",
    "parked list": "reads the tables of messages",
    "parked show": "opens one with the sealing key",
    "parked retry": "changes when it is tried again",
    "parked discard": "audit.record, then gives it up",
}
NEEDS = {INTERNAL, SIGNED_IN, *CAPABILITIES}


@pytest.fixture(scope="module")
def app():
    """On a broker on which no service runs, whatever else does in this process."""
    return create_app(Pool(Settings(broker_url="embedded://nobody/", rpc_timeout_s=1)))


def routes(app):
    """(endpoint, method, address with every part made up)."""
    addresses = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule.endpoint, method, addresses.build(rule.endpoint, dict.fromkeys(rule.arguments, "1"), method=method)


def test_every_route_that_is_not_listed_as_public_is_refused_to_who_is_not_signed_in(app):
    open_to_all = set()
    for endpoint, method, address in routes(app):
        answer = app.test_client().open(address, method=method, json=None if method == "GET" else {})
        to_the_door = answer.status_code == 302 and answer.headers["Location"].partition("?")[0] == "/entrar"
        # No service runs here, so that not found means: not even looked for.
        refused = to_the_door or answer.status_code == 404 or (answer.status_code == 401 and answer.json["code"] == "not_signed_in")
        if not refused:
            open_to_all.add(endpoint)
    assert open_to_all <= set(PUBLIC)


def test_what_is_listed_as_public_exists(app):
    assert set(PUBLIC) <= {endpoint for endpoint, _, _ in routes(app)}


def test_a_route_of_the_api_says_whether_it_needs_a_sign_in_and_public_ones_are_listed(app):
    described = {name: view.description for name, view in app.view_functions.items() if hasattr(view, "description")}
    undescribed = {endpoint for endpoint, _, _ in routes(app)} - set(described)
    assert {name for name, said in described.items() if not said.signed_in} <= set(PUBLIC)
    assert {name for name in undescribed - set(PUBLIC) if not name.startswith("web.")} == set()


def test_every_way_into_a_service_is_one_of_the_chassis_and_says_who_may():
    undeclared = []
    for name, member, kinds in census.entrypoints():
        marks = [mark for mark in ("needs", "hears", "every") if hasattr(member, mark)] + [kind for kind in kinds if kind is Always]
        if len(marks) != 1 or len(kinds) != 1 or getattr(member, "needs", SIGNED_IN) not in NEEDS:
            undeclared.append(name)
    assert undeclared == []


def test_every_job_says_which_capability_its_person_needs():
    assert [name for name, declared in census.jobs() if declared.needs not in {SIGNED_IN, *CAPABILITIES}] == []


def test_the_gateway_asks_no_internal_method_but_the_ways_in():
    internal = census.internal_methods()
    asked = {f"{service}.{method}" for service, method in census.asked_by("gateway") if method in internal.get(service, set())}
    assert asked == set(WAYS_IN)


def test_the_gateway_computes_no_name_but_where_it_is_known_why():
    assert census.computed_names_of("gateway") == set(COMPUTED)


def test_every_command_is_listed_with_what_it_does():
    assert set(census.commands(main)) == set(COMMANDS)


def test_commands_ask_internal_methods_only():
    internal = census.internal_methods()
    shared = set.intersection(*(methods for methods in internal.values()))
    wrong = {(service, method) for service, method in census.asked_by_commands() if method and method not in internal.get(service, shared)}
    assert wrong == set()
