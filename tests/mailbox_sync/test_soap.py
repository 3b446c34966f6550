"""The exchange: bounded, over TLS that is trusted, with hostile XML kept out and every failure told apart."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sandbox.authority import Authority
from services.mailbox_sync import soap
from services.mailbox_sync.connecting import Fault, OurFault, RateLimited, TryLater, UnexpectedAnswer, Unreadable
from services.mailbox_sync.identity import Identity

from .lema_answers import fault, unsigned
from .stand_in import Reply, StandIn

OK = unsigned("<a/>")
BOMB = b'<!DOCTYPE l [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><l>&b;</l>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
HTML = b"<!DOCTYPE html><html><body>En mantenimiento</body></html>"


def exchange(stand_in: StandIn, identity: Identity, ca_file: str | None = None, timeout_s: float = 5) -> soap.Answer:
    return soap.exchange(identity.session(ca_file), f"{stand_in.base_url}/ws", "action", b"<m/>", timeout_s)


def refusal(stand_in: StandIn, identity: Identity, reply: Reply) -> Fault:
    stand_in.plays(reply)
    with pytest.raises(Fault) as refused:
        exchange(stand_in, identity)
    return refused.value


def test_an_answer_is_the_one_child_of_its_body(stand_in: StandIn, identity: Identity) -> None:
    stand_in.plays(Reply(OK))
    answer = exchange(stand_in, identity)
    assert (answer.status, answer.content.tag, answer.fault, len(answer.digest)) == (200, "a", None, 64)


def test_a_fault_of_http_500_is_an_answer(stand_in: StandIn, identity: Identity) -> None:
    stand_in.plays(Reply(fault(" 2001 Error interno", "soap:Server"), 500))
    answer = exchange(stand_in, identity)
    assert answer.fault == " 2001 Error interno" and soap.code_in(answer.fault) == "2001"


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(b""), UnexpectedAnswer, "not_xml"),
        (Reply(HTML), UnexpectedAnswer, "forbidden_xml"),
        (Reply(b"<html><body/></html>"), UnexpectedAnswer, "not_soap"),
        (Reply(unsigned("")), UnexpectedAnswer, "not_soap"),
        (Reply(unsigned("<a/><b/>")), UnexpectedAnswer, "not_soap"),
        (Reply(OK, 202), UnexpectedAnswer, "http_status"),
        (Reply(HTML, 301, {"Location": "https://otro.example/"}), OurFault, "moved"),
        (Reply(b"", 404), UnexpectedAnswer, "not_xml"),
        (Reply(HTML, 503), TryLater, "server_error"),
        (Reply(OK, 500), TryLater, "server_error"),
        (Reply(b"", 502), TryLater, "server_error"),
        (Reply(b"", 403), Unreadable, "certificate_refused"),
        (Reply(b"", 429, {"Retry-After": "120"}), RateLimited, "too_many_requests"),
        (Reply(OK, cut=20), TryLater, "unreachable"),
        (Reply(OK, cut=0), TryLater, "unreachable"),
    ],
)
def test_what_is_not_an_answer_says_what_it_is(stand_in: StandIn, identity: Identity, reply: Reply, kind: type[Fault], code: str) -> None:
    refused = refusal(stand_in, identity, reply)
    assert (type(refused), refused.code) == (kind, code)


def test_the_pause_that_a_body_asks_for_is_kept(stand_in: StandIn, identity: Identity) -> None:
    refused = refusal(stand_in, identity, Reply(b"", 429, {"Retry-After": "120"}))
    assert isinstance(refused, RateLimited) and refused.pause_s == 120


@pytest.mark.parametrize("hostile", [BOMB, OUTSIDE, b"<?php x?><a/>", b"<a>" * 5000 + b"</a>" * 5000, b"\xff\xfe<a/>", b"<a xmlns:b=''/>"])
def test_hostile_xml_is_refused(hostile: bytes) -> None:
    with pytest.raises(UnexpectedAnswer):
        soap.parse(hostile)


def test_an_answer_over_the_cap_is_not_read_to_its_end(stand_in: StandIn, identity: Identity) -> None:
    refused = refusal(stand_in, identity, Reply(b" " * (soap.ANSWER_CAP + 1)))
    assert refused.code == "answer_too_big"


def test_a_body_that_does_not_answer_is_tried_later(authority: Authority, identity: Identity) -> None:
    silent = StandIn(authority)
    silent.answer = lambda _: Reply(OK if silent.released.wait() else b"")
    with pytest.raises(TryLater) as refused:
        exchange(silent, identity, timeout_s=0.2)
    silent.close()
    assert refused.value.code == "timeout"


def test_nobody_at_the_address_is_tried_later(identity: Identity) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(TryLater):
            soap.exchange(identity.session(), url, "action", b"<m/>", 5)


@pytest.fixture
def other_authority(tmp_path: Path) -> Iterator[Authority]:
    yield Authority(tmp_path / "other")


def test_a_server_of_another_authority_is_not_trusted(stand_in: StandIn, identity: Identity, other_authority: Authority) -> None:
    stand_in.plays(Reply(OK))
    with pytest.raises(OurFault) as refused:
        exchange(stand_in, identity, str(other_authority.ca_file))
    assert refused.value.code == "server_not_trusted" and stand_in.received == []


def test_a_certificate_that_the_server_refuses_in_tls_is_told_so(
    authority: Authority, identity: Identity, other_authority: Authority
) -> None:
    strict = StandIn(authority, clients_of=str(other_authority.ca_file))
    strict.plays(Reply(OK))
    with pytest.raises(Unreadable) as refused:
        exchange(strict, identity)
    strict.close()
    assert refused.value.code == "certificate_refused"


def test_the_environment_chooses_neither_proxy_nor_authorities(
    stand_in: StandIn, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"HTTPS_PROXY": "http://127.0.0.1:1", "REQUESTS_CA_BUNDLE": "/nowhere", "SSL_CERT_FILE": "/nowhere"}.items():
        monkeypatch.setenv(name, value)
    stand_in.plays(Reply(OK))
    assert exchange(stand_in, identity).status == 200


def test_latin_1_is_only_read_where_an_error_is_told() -> None:
    words = fault("Está").decode().encode("latin-1")
    assert "Está" in "".join(soap.parse(words, lenient=True).itertext())
    with pytest.raises(UnexpectedAnswer):
        soap.parse(words)
