"""Every code of LEMA's catalogue that a listing may bring, in both of its forms."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.mailbox_sync.connecting import (
    BodySettings,
    Fault,
    ListChanged,
    Mailbox,
    OurFault,
    RateLimited,
    TryLater,
    UnexpectedAnswer,
    Unreadable,
)
from services.mailbox_sync.connectors import connector_for
from services.mailbox_sync.identity import Identity
from services.mailbox_sync.lema_codes import REFUSALS

from ..conftest import HOLDER
from ..lema_answers import NS, fault, signed, unsigned
from ..stand_in import Reply, StandIn

KINDS: dict[type[Fault], str] = {
    OurFault: "1001 1005 1006 1201 1202 1205 1208 1210 4202 4203 4205 4206 4207 4211",
    TryLater: "1007 1008 2001",
    Unreadable: "1101 1102 1103 1104 1105 1106 1107 3004 3016 4101 4102 4103",
    ListChanged: "1215 1216",
    RateLimited: "3005 3006 4303 4304",
    UnexpectedAnswer: "3010 4209 4307 9999",
}
TABLE = [(code, kind) for kind, codes in KINDS.items() for code in codes.split()]
WORDS = 'Valor NIF del campo "Nif Titular" es invalido: B12345674'


def refusal(stand_in: StandIn, identity: Identity, reply: Reply, via: str = "own_certificate") -> Fault:
    stand_in.plays(reply)
    with pytest.raises(Fault) as refused:
        list(connector_for("dehu", BodySettings(stand_in.base_url)).pages(Mailbox("dehu", via, HOLDER, "EMPRESA SL"), identity))
    return refused.value


@pytest.mark.parametrize(("code", "kind"), TABLE)
def test_a_code_in_a_soap_fault_is_told_apart(stand_in: StandIn, identity: Identity, code: str, kind: type[Fault]) -> None:
    refused = refusal(stand_in, identity, Reply(fault(f"{code} {WORDS}"), 500))
    assert type(refused) is kind and refused.body_code == code and HOLDER not in refused.message


@pytest.mark.parametrize(("code", "kind"), TABLE)
def test_a_code_in_a_normal_answer_is_told_apart(stand_in: StandIn, identity: Identity, code: str, kind: type[Fault]) -> None:
    content = f"<codigoRespuesta>{code}</codigoRespuesta><descripcionRespuesta>{WORDS}</descripcionRespuesta>"
    bare = f'<ns1:RespuestaLocaliza xmlns:ns1="{NS}">{content}</ns1:RespuestaLocaliza>'
    whole = f'<RespuestaLocaliza xmlns="{NS}">{content}</RespuestaLocaliza>'
    for answer in (unsigned(bare), signed(whole, identity, datetime.now(UTC))):
        refused = refusal(stand_in, identity, Reply(answer))
        assert type(refused) is kind and refused.body_code == code


def test_the_table_of_this_test_is_the_connectors() -> None:
    assert {code for code, kind in TABLE if kind is not UnexpectedAnswer} == set(REFUSALS)


@pytest.mark.parametrize("via", ["own_certificate", "firm_certificate", "power"])
@pytest.mark.parametrize("code", ["1107", "3004", "3016", "4101", "4102", "4103"])
def test_a_refused_access_names_the_registration_or_the_power_that_is_missing(
    stand_in: StandIn, identity: Identity, code: str, via: str
) -> None:
    message = refusal(stand_in, identity, Reply(fault(f"{code} No"), 500), via).message
    assert "{" not in message and any(cure in message for cure in ("Gran Destinatario", "apoderamiento", "certificado que identifique"))


def test_the_field_that_is_wrong_is_named(stand_in: StandIn, identity: Identity) -> None:
    assert "«Nif Titular»" in refusal(stand_in, identity, Reply(fault(f"1201 {WORDS}"), 500)).message


def test_a_days_limit_pauses_longer_than_haste(stand_in: StandIn, identity: Identity) -> None:
    of_the_day, hasty = (refusal(stand_in, identity, Reply(fault(f"{code} x"), 500)) for code in ("4303", "4304"))
    assert isinstance(of_the_day, RateLimited) and isinstance(hasty, RateLimited) and of_the_day.pause_s > hasty.pause_s > 0


def test_a_fault_without_a_code_is_tried_later(stand_in: StandIn, identity: Identity) -> None:
    assert type(refusal(stand_in, identity, Reply(fault("Internal Error", "soap:Server"), 500))) is TryLater


def test_a_fault_with_latin_1_inside_is_still_read(stand_in: StandIn, identity: Identity) -> None:
    words = fault("4102 No está dado de alta").decode().encode("latin-1")
    assert refusal(stand_in, identity, Reply(words, 500)).code == "certificate_not_registered"


def test_a_fault_of_http_200_is_read_too(stand_in: StandIn, identity: Identity) -> None:
    assert refusal(stand_in, identity, Reply(fault("4102 No"))).body_code == "4102"
