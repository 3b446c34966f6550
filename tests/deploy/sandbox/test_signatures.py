"""What the sandbox takes and refuses of a signed request, and of the connection that brings it. The signer is xmlsec1."""

from __future__ import annotations

import http.client
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.sandbox.client import Sandbox, started_sandbox
from tests.deploy.sandbox.conftest import HOLDER
from tests.deploy.sandbox.lema_caller import Caller, Signing, caller_with

CONTENT = f"<o:nifTitular>{HOLDER}</o:nifTitular>"


@pytest.mark.parametrize("digest", ["sha256", "sha512"])
@pytest.mark.parametrize("prefixes", [False, True])
def test_a_request_signed_by_xmlsec1_is_accepted(holder: Caller, digest: str, prefixes: bool) -> None:
    assert holder.ask("Localiza", CONTENT, Signing(digest, prefixes=prefixes)).code == "200"


def test_a_changed_body_is_refused(holder: Caller) -> None:
    request = holder.signed("Localiza", CONTENT).replace(HOLDER.encode(), b"B28260008")
    assert holder.send(request).code == "1101"


def test_a_changed_timestamp_is_refused(holder: Caller) -> None:
    request = holder.signed("Localiza", CONTENT, Signing(created=datetime(2026, 1, 1, tzinfo=UTC)))
    fresh = f"{datetime.now(UTC):%Y-%m-%dT%H:%M}".encode()
    later = f"{datetime.now(UTC) + timedelta(minutes=5):%Y-%m-%dT%H:%M}".encode()
    assert holder.send(request.replace(b"2026-01-01T00:00", fresh).replace(b"2026-01-01T00:05", later)).code == "1101"


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_timestamp_out_of_its_five_minutes_is_refused(holder: Caller, minutes: int) -> None:
    created = datetime.now(UTC) + timedelta(minutes=minutes)
    assert holder.ask("Localiza", CONTENT, Signing(created=created)).code == "1006"


def test_freshness_goes_by_wall_time_whatever_the_sandboxs_clock_says(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.clock(datetime(2031, 5, 5, tzinfo=UTC))
    assert holder.localiza(HOLDER).code == "200"


@pytest.mark.parametrize("part", ["body", "timestamp"])
def test_body_and_timestamp_must_both_be_signed(holder: Caller, part: str) -> None:
    assert holder.ask("Localiza", CONTENT, Signing(parts=(part,))).code == "1101"


def test_sha1_is_refused_unless_the_setting_allows_it(sandbox: Sandbox, holder: Caller) -> None:
    assert holder.ask("Localiza", CONTENT, Signing("sha1")).code == "1101"
    sandbox.settings(sha1_allowed=True)
    assert holder.ask("Localiza", CONTENT, Signing("sha1")).code == "200"


def test_a_request_without_security_header_is_refused(holder: Caller) -> None:
    request = holder.signed("Localiza", CONTENT)
    start, end = request.index(b"<wsse:Security "), request.index(b"</wsse:Security>") + len(b"</wsse:Security>")
    assert holder.send(request[:start] + request[end:]).code == "1005"


def test_a_signed_body_moved_aside_does_not_cover_another(holder: Caller) -> None:
    request = holder.signed("Localiza", CONTENT)
    start, end = request.index(b"<soapenv:Body"), request.index(b"</soapenv:Body>") + len(b"</soapenv:Body>")
    body = request[start:end]
    forged = body.replace(HOLDER.encode(), b"B28260008").replace(b'Id="body"', b'Id="other"')
    wrapped = request[:start].replace(b"<soapenv:Header>", b"<soapenv:Header><x>" + body + b"</x>") + forged + request[end:]
    assert holder.send(wrapped).code == "1101"


def test_a_certificate_of_another_authority_is_refused_as_token(holder: Caller, tmp_path: Path) -> None:
    with started_sandbox(tmp_path / "other") as other:
        stranger = Caller(other, caller_with(other, HOLDER, "EMPRESA SL", tmp_path))
        request = stranger.signed("Localiza", CONTENT)
    assert holder.send(request).code == "1102"


def test_a_request_signed_with_an_elliptic_curve_key_is_accepted(sandbox: Sandbox, tmp_path: Path) -> None:
    curved = Caller(sandbox, caller_with(sandbox, HOLDER, "EMPRESA SL", tmp_path, key="ec"))
    assert curved.ask("Localiza", CONTENT, Signing(key="ecdsa")).code == "200"


def test_an_expired_certificate_is_refused_by_its_own_code(sandbox: Sandbox, tmp_path: Path) -> None:
    expired = Caller(sandbox, caller_with(sandbox, HOLDER, "EMPRESA SL", tmp_path, days=-3))
    assert expired.localiza(HOLDER).code == "1105"


def test_without_a_client_certificate_the_door_stays_shut(sandbox: Sandbox, holder: Caller) -> None:
    bare = ssl.create_default_context(cafile=sandbox.ca_file)
    assert holder.send(holder.signed("Localiza", CONTENT), tls=bare).status == 403


def test_another_certificate_in_tls_than_in_the_signature_is_refused(holder: Caller, firm: Caller) -> None:
    assert holder.send(holder.signed("Localiza", CONTENT), tls=firm.tls).status == 403


def test_without_the_setting_tls_needs_no_client_certificate(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.settings(client_certificate=False)
    bare = ssl.create_default_context(cafile=sandbox.ca_file)
    assert holder.send(holder.signed("Localiza", CONTENT), tls=bare).code == "200"


def test_a_document_type_is_refused(holder: Caller) -> None:
    request = holder.signed("Localiza", CONTENT).replace(b"<soapenv:Envelope", b'<!DOCTYPE x [<!ENTITY a "b">]><soapenv:Envelope', 1)
    assert holder.send(request).code == "1001"


@pytest.mark.parametrize("document", [b"", b"<a>", b"\x00\xff", b"<a/>"])
def test_what_is_no_envelope_is_refused(holder: Caller, document: bytes) -> None:
    assert holder.send(document).code == "1001"


def test_an_operation_at_the_other_address_is_refused(holder: Caller) -> None:
    assert holder.send(holder.signed("Localiza", CONTENT), "/ws/v1/realizadas").code == "1001"


def test_a_body_over_fifteen_megabytes_is_refused_before_it_is_sent(sandbox: Sandbox, holder: Caller) -> None:
    address = urlsplit(sandbox.url)
    connection = http.client.HTTPSConnection(address.hostname, address.port, context=holder.tls, timeout=20)
    connection.putrequest("POST", "/ws/v2/lema")
    connection.putheader("Content-Length", str(15 * 1024 * 1024 + 1))
    connection.endheaders()
    assert connection.getresponse().status == 413


def test_a_body_announced_with_expect_is_asked_for(sandbox: Sandbox, holder: Caller) -> None:
    request = holder.signed("Localiza", CONTENT)
    address = urlsplit(sandbox.url)
    connection = http.client.HTTPSConnection(address.hostname, address.port, context=holder.tls, timeout=20)
    connection.connect()
    head = f"POST /ws/v2/lema HTTP/1.1\r\nContent-Length: {len(request)}\r\nExpect: 100-continue\r\n\r\n"
    connection.sock.sendall(head.encode())
    assert connection.sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sock.sendall(request)
    assert connection.sock.recv(100).startswith(b"HTTP/1.1 200 OK")


def test_one_connection_carries_many_requests(sandbox: Sandbox, holder: Caller) -> None:
    request, address = holder.signed("Localiza", CONTENT), urlsplit(sandbox.url)
    connection = http.client.HTTPSConnection(address.hostname, address.port, context=holder.tls, timeout=20)
    connection.connect()
    socket = connection.sock
    for _ in range(3):
        connection.request("POST", "/ws/v2/lema", request)
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
    assert connection.sock is socket
