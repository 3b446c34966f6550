"""Listing DEHú's mailboxes: whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from eventlet import tpool

from deploy.sandbox.authority import Authority
from services.mailbox_sync.connecting import BodySettings, Fault, ListChanged, Mailbox, Page, UnexpectedAnswer
from services.mailbox_sync.connectors import connector_for
from services.mailbox_sync.identity import Identity

from ..lema_answers import Totals, asked_page, item, listing, page_of, signed, unsigned
from ..stand_in import Received, Reply, StandIn


class Reader:
    """Reads one mailbox from the stand-in."""

    def __init__(self, stand_in: StandIn, identity: Identity, mailbox: Mailbox) -> None:
        self.stand_in, self.identity, self.mailbox = stand_in, identity, mailbox
        self.settings = BodySettings(stand_in.base_url)

    def plays(self, *contents: str) -> None:
        self.stand_in.plays(*(Reply(signed(content, self.identity, datetime.now(UTC))) for content in contents))

    def holds(self, rows: list[int]) -> None:
        def answer(received: Received) -> Reply:
            return Reply(signed(page_of(rows, asked_page(received.content)), self.identity, datetime.now(UTC)))

        self.stand_in.answer = answer

    def read(self) -> list[Page]:
        return list(connector_for("dehu", self.settings).pages(self.mailbox, self.identity))

    def refusal(self) -> Fault:
        with pytest.raises(Fault) as refused:
            self.read()
        return refused.value


@pytest.fixture
def reader(stand_in: StandIn, identity: Identity, mailbox: Mailbox) -> Reader:
    return Reader(stand_in, identity, mailbox)


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (1, 1), (50, 1), (51, 2), (101, 3)])
def test_every_page_of_a_mailbox_is_read_once(reader: Reader, count: int, pages: int) -> None:
    reader.holds(list(range(count)))
    read = reader.read()
    assert [page.number for page in read] == list(range(1, pages + 1)) and {page.total_pages for page in read} == {pages}
    assert {page.total_results for page in read} == {count}
    references = [notice.reference for page in read for notice in page.notices]
    assert references == [f"a1b2c3d4e5f6{row:08d}" for row in range(count)]


def test_one_connection_serves_all_pages(reader: Reader) -> None:
    reader.holds(list(range(101)))
    reader.read()
    assert len(reader.stand_in.received) == 3 and len({one.connection for one in reader.stand_in.received}) == 1


def test_an_unsigned_answer_is_refused(reader: Reader) -> None:
    reader.stand_in.plays(Reply(unsigned(page_of([], 1))))
    assert isinstance(reader.refusal(), UnexpectedAnswer)


def test_an_unsigned_answer_is_read_when_the_setting_says_so(reader: Reader) -> None:
    reader.stand_in.plays(Reply(unsigned(page_of([1], 1))))
    reader.settings = replace(reader.settings, verify_answers=False)
    assert len(reader.read()[0].notices) == 1


def test_an_answer_signed_long_ago_is_refused(reader: Reader) -> None:
    reader.stand_in.plays(Reply(signed(page_of([], 1), reader.identity, datetime(2026, 1, 1, tzinfo=UTC))))
    assert reader.refusal().code == "answer_signature"


def test_another_holders_answer_is_refused(reader: Reader) -> None:
    reader.plays(listing([], Totals(0, 0, 1), holder="A58818501"))
    assert reader.refusal().code == "other_holder"


def test_a_row_held_by_another_is_refused(reader: Reader) -> None:
    reader.plays(listing([item(1, holder="A58818501")], Totals(1, 1, 1)))
    assert reader.refusal().code == "row_of_another"


@pytest.mark.parametrize(
    ("items", "totals"),
    [
        ([1], Totals(2, 1, 1)),
        ([1, 2], Totals(1, 1, 1)),
        ([1, 1], Totals(2, 1, 1)),
        ([1], Totals(0, 0, 1)),
        ([], Totals(1, 1, 1)),
        ([], Totals(1, 0, 1)),
        ([], Totals(0, 2, 1)),
        ([1], Totals(1, 1, 2)),
    ],
)
def test_a_page_that_contradicts_itself_is_refused(reader: Reader, items: list[int], totals: Totals) -> None:
    reader.plays(listing([item(row) for row in items], totals))
    assert isinstance(reader.refusal(), UnexpectedAnswer)


@pytest.mark.parametrize("second", [[0], list(range(51, 53)), []])
def test_a_second_page_that_does_not_follow_the_first_is_a_changed_list(reader: Reader, second: list[int]) -> None:
    reader.plays(page_of(list(range(51)), 1), listing([item(row) for row in second], Totals(51, 2, 2)))
    assert isinstance(reader.refusal(), ListChanged)


@pytest.mark.parametrize("totals", [Totals(52, 2, 2), Totals(51, 3, 2)])
def test_totals_that_change_between_pages_are_a_changed_list(reader: Reader, totals: Totals) -> None:
    reader.plays(page_of(list(range(51)), 1), listing([item(50)], totals))
    assert isinstance(reader.refusal(), ListChanged)


def test_the_first_page_again_in_place_of_the_second_is_refused(reader: Reader) -> None:
    reader.plays(page_of(list(range(51)), 1))
    assert reader.refusal().code == "other_page"


def test_the_page_that_would_complete_a_wrong_listing_is_never_given(reader: Reader) -> None:
    reader.plays(page_of(list(range(51)), 1), listing([item(0)], Totals(51, 2, 2)))
    pages = connector_for("dehu", reader.settings).pages(reader.mailbox, reader.identity)
    assert next(pages).number == 1
    with pytest.raises(ListChanged):
        next(pages)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<ns1:hayMasResultados>false</ns1:hayMasResultados>", ""),
        ("<ns1:codigoRespuesta>200</ns1:codigoRespuesta>", ""),
        ("dehu.paginador.totalResultados", "dehu.paginador.total"),
        ("<ns1:tipoEnvio>2", "<ns1:tipoEnvio>3"),
        ("<ns1:vinculo>1", "<ns1:vinculo>9"),
        ("2026-09-29T10:15:00+02:00", "2026-09-29"),
        ("2026-09-29T10:15:00+02:00", "29/09/2026 10:15"),
        ("2026-09-29T10:15:00+02:00", "0001-01-01T00:00:00+02:00"),
        ("2026-09-29T10:15:00+02:00", "1999-12-31T00:00:00+01:00"),
        ("2026-09-29T10:15:00+02:00", "2101-01-02T00:00:00+01:00"),
        ("2026-09-29T10:15:00+02:00", "9999-12-31T00:00:00+01:00"),
        ("<ns1:codigoOrigen>2", "<ns1:codigoOrigen>dos"),
        ("<ns1:identificador>a1b2c3d4e5f600000001", "<ns1:identificador>"),
        ("<ns1:identificador>a1b2c3d4e5f600000001", "<ns1:identificador>" + 256 * "a"),
        ("<ns1:concepto>Requerimiento a1b2c3d4e5f600000001</ns1:concepto>", ""),
        ("<ns1:vinculo>1</ns1:vinculo>", "<ns1:vinculo>1</ns1:vinculo><vinculo>1</vinculo>"),
        ("ns1:titular", "ns1:destinatario"),
        ("ns1:organismoEmisorRaiz", "ns1:organismoRaiz"),
        ("ns1:item", "ns1:envio"),
        ("respuestaLocaliza", "respuestaPeticionAcceso"),
    ],
)
def test_what_the_specification_does_not_describe_is_refused(reader: Reader, old: str, new: str) -> None:
    content = page_of([1], 1)
    assert old in content
    reader.plays(content.replace(old, new))
    assert isinstance(reader.refusal(), UnexpectedAnswer)


def test_a_reference_as_long_as_the_guide_allows_is_read(reader: Reader) -> None:
    reader.plays(page_of([1], 1).replace("<ns1:identificador>a1b2c3d4e5f600000001", "<ns1:identificador>" + 255 * "a"))
    assert reader.read()[0].notices[0].reference == 255 * "a"


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("2026-09-29T10:15:00+02:00", "2026-09-29T08:15:00+00:00"),
        ("2026-07-01T00:00:00", "2026-06-30T22:00:00+00:00"),
        ("2026-12-01T00:00:00", "2026-11-30T23:00:00+00:00"),
        ("2026-12-01T00:00:00.250Z", "2026-12-01T00:00:00.250000+00:00"),
    ],
)
def test_a_date_without_offset_is_madrids(reader: Reader, written: str, instant: str) -> None:
    reader.plays(page_of([1], 1).replace("2026-09-29T10:15:00+02:00", written))
    assert reader.read()[0].notices[0].available_at.isoformat() == instant


def test_the_subject_keeps_its_white_space_and_loses_its_comments(reader: Reader) -> None:
    reader.plays(page_of([1], 1).replace(">Requerimiento a1b2c3d4e5f600000001<", ">  Acta<!-- 1 -->\n\t nº&#160;1 &amp; 2  <"))
    assert reader.read()[0].notices[0].subject == "  Acta\n\t nº\xa01 & 2  "


def test_blanks_around_the_name_of_a_paging_option_are_ignored(reader: Reader) -> None:
    reader.plays(page_of([1], 1).replace('"dehu.paginador.totalPag"', '" dehu.paginador.totalPag "'))
    assert len(reader.read()) == 1


@pytest.mark.parametrize("via", ["own_certificate", "firm_certificate", "power"])
def test_whatever_the_way_in_the_holder_of_the_mailbox_is_asked_for(reader: Reader, via: str) -> None:
    reader.mailbox = Mailbox("dehu", via, "A58818501", "OTRA SA")
    reader.plays(listing([], Totals(0, 0, 1), holder="A58818501"))
    reader.read()
    assert b"<ns2:nifTitular>A58818501</ns2:nifTitular>" in reader.stand_in.received[0].content


def test_a_worker_may_sign_in_a_native_thread(reader: Reader, authority: Authority) -> None:
    key, certificate = authority.issue("B12345674", "EMPRESA SL")
    reader.identity = Identity(key, [certificate], str(authority.ca_file), tpool.execute)
    reader.holds(list(range(51)))
    assert len(reader.read()) == 2
