"""What `/api/openapi.json` says of the API, and what every answer carries."""

from __future__ import annotations

import json

import pytest

from deploy import vendor_static
from gateway.api import openapi
from gateway.app import create_app
from gateway.rpc import Pool
from services.chassis.settings import Settings

UNDESCRIBED = {"/api/openapi.json", "/api/docs"}


@pytest.fixture(scope="module")
def app():
    """The application with a pool that nobody asks: these pages and refusals need no service."""
    return create_app(Pool(Settings()))


@pytest.fixture(scope="module")
def described(app):
    with app.app_context():
        return openapi.specification(app)


def test_every_call_of_the_api_is_described(app, described):
    rules = {rule.rule.replace("<", "{").replace(">", "}") for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert rules - UNDESCRIBED == set(described["paths"])


def test_every_reference_of_the_description_leads_somewhere(described):
    text = json.dumps(described)
    names = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert names <= set(described["components"]["schemas"])


def test_every_operation_has_a_name_of_its_own(described):
    names = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("path", ["/api/certificates", "/api/clients/{client_id}/certificates"])
def test_an_import_is_described_with_what_is_odd_about_the_certificate(described, path):
    answer = described["paths"][path]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    assert answer == {"$ref": "#/components/schemas/ImportedCertificate"}
    assert "warnings" in described["components"]["schemas"]["ImportedCertificate"]["properties"]


def test_without_a_session_a_call_answers_401_with_code_message_and_request_id(app):
    answer = app.test_client().get("/api/clients")
    assert answer.status_code == 401
    assert set(answer.json) == {"code", "message", "request_id"}
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_an_address_that_does_not_exist_answers_404_as_json(app):
    answer = app.test_client().get("/api/nothing")
    assert (answer.status_code, answer.json["code"]) == (404, "not_found")


def test_a_page_without_a_session_leads_to_the_sign_in(app):
    answer = app.test_client().get("/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/entrar")


def test_no_page_allows_inline_code_or_another_host(app):
    policy = app.test_client().get("/entrar").headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "http" not in policy


def test_metrics_are_shown_to_this_machine_only(app):
    client = app.test_client()
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}).status_code == 404


def test_the_vendored_files_are_the_ones_that_were_reviewed():
    assert json.loads((vendor_static.FOLDER / "vendor.json").read_text()) == vendor_static.hashes()
