"""What the API does not take is refused in one form, whatever is wrong: `{code, message, errors?, request_id}`, never a page or a trace."""

from __future__ import annotations

import pytest

from gateway.app import MAX_BODY_BYTES
from tests.journeys.described import Description

MORE = {"errors"}


def is_refusal(answer, status: int, code: str) -> bool:
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/json"), answer
    assert set(answer.body) - MORE == {"code", "message", "request_id"}, answer
    assert answer.body["request_id"] == answer.headers["X-Request-Id"]
    return answer.body["code"] == code


@pytest.fixture(scope="module")
def person(site):
    return site.firm().admin


@pytest.mark.parametrize("path", ["/api/nothing", "/api", "/api/clients/x/nothing", "/api/clients/%00", "/api/clients/..%2f..%2fetc"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_address_that_does_not_exist_is_not_found(person, path, method):
    answer = person.call(method, path)
    assert is_refusal(answer, 404, "not_found") if answer.status == 404 else is_refusal(answer, 405, "method_not_allowed")


def test_every_path_refuses_the_methods_that_it_has_not_and_names_those_it_has(person):
    description = Description(person.get("/api/openapi.json").body)
    of_path: dict[str, set[str]] = {}
    for path, operations in description.spec["paths"].items():
        of_path[path] = {method.upper() for method in operations}
    for path, methods in of_path.items():
        answer = person.call("TRACE", path)
        assert is_refusal(answer, 405, "method_not_allowed"), path
        assert methods <= {method.strip() for method in answer.headers["Allow"].split(",")}, path


def test_a_body_that_is_too_large_is_refused_before_it_is_read(person):
    headers = {"Content-Type": "application/json"}
    answer = person.call("POST", "/api/clients", data=b" " * (MAX_BODY_BYTES + 1), headers=headers)
    assert is_refusal(answer, 413, "too_large")


def test_a_file_that_is_too_large_is_refused(person):
    answer = person.upload("/api/certificates", b"x" * (MAX_BODY_BYTES + 1), "clave")
    assert is_refusal(answer, 413, "too_large")


@pytest.mark.parametrize(
    ("content_type", "data"),
    [
        ("text/plain", b"{}"),
        ("application/json", b"{"),
        ("application/json", b"[]"),
        ("application/json", b'"text"'),
        ("application/json", b"\xff\xfe"),
        ("application/json", b""),
        ("application/xml", b"<client/>"),
        ("multipart/form-data; boundary=x", b"--x--"),
    ],
)
def test_a_body_that_is_no_object_in_json_is_refused(person, content_type, data):
    answer = person.call("POST", "/api/clients", data=data, headers={"Content-Type": content_type})
    assert is_refusal(answer, 422, "invalid")


def test_a_certificate_without_a_form_is_refused_by_its_field(person):
    answer = person.post("/api/certificates")
    assert is_refusal(answer, 422, "invalid")
    assert "file" in answer.body["errors"]
