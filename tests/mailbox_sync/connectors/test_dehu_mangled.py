"""Whatever happens to LEMA's answers on their way, a listing is whole or it is refused; it is never "nothing new"."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.mailbox_sync.connecting import BodySettings, Fault, Mailbox
from services.mailbox_sync.connectors import connector_for
from services.mailbox_sync.identity import Identity

from ..conftest import HOLDER
from ..lema_answers import Totals, item, listing, page_of, signed, unsigned
from ..stand_in import Reply, StandIn

MANY = settings(max_examples=150)
ROWS = list(range(7))
SIZE = 3
PAGES = [ROWS[start : start + SIZE] for start in range(0, len(ROWS), SIZE)]
References = list[str]


class Listing:
    """The references of a whole listing, or None when it was refused."""

    def __init__(self, stand_in: StandIn, identity: Identity) -> None:
        self.stand_in, self.identity = stand_in, identity
        self.moment = datetime.now(UTC)

    def of(self, *answers: bytes, verify: bool = True, cut: int | None = None) -> References | None:
        self.stand_in.plays(*(Reply(answer, cut=cut) for answer in answers))
        mailbox = Mailbox("dehu", "own_certificate", HOLDER, "EMPRESA SL")
        reading = connector_for("dehu", BodySettings(self.stand_in.base_url, verify_answers=verify)).pages(mailbox, self.identity)
        try:
            return [notice.reference for page in reading for notice in page.notices]
        except Fault:
            return None

    def of_pages(self, pages: list[list[int]], numbers: list[int] | None = None) -> References | None:
        """Pages with these rows, each whole and well signed, under the totals of the true listing."""
        totals = [Totals(len(ROWS), len(PAGES), number) for number in numbers or range(1, len(PAGES) + 1)]
        contents = [listing([item(row) for row in rows], total) for rows, total in zip(pages, totals, strict=True)]
        return self.of(*(signed(content, self.identity, self.moment) for content in contents))


@pytest.fixture
def reading(stand_in: StandIn, identity: Identity) -> Listing:
    return Listing(stand_in, identity)


TRUE = [f"a1b2c3d4e5f6{row:08d}" for row in ROWS]


def test_the_listing_that_is_mangled_here_is_whole_before(reading: Listing) -> None:
    assert reading.of_pages(PAGES) == TRUE


@MANY
@given(data=st.data(), verify=st.booleans())
def test_an_answer_cut_at_any_byte_is_refused(reading: Listing, data: st.DataObject, verify: bool) -> None:
    whole = signed(page_of(ROWS[:2], 1), reading.identity, reading.moment)
    end = data.draw(st.integers(0, len(whole) - 1))
    assert reading.of(whole[:end], verify=verify) is None


@MANY
@given(data=st.data())
def test_a_connection_cut_at_any_byte_is_refused(reading: Listing, data: st.DataObject) -> None:
    whole = unsigned(page_of(ROWS[:2], 1))
    assert reading.of(whole, verify=False, cut=data.draw(st.integers(0, len(whole) - 1))) is None


@MANY
@given(data=st.data())
def test_an_answer_with_any_byte_changed_is_the_true_listing_or_refused(reading: Listing, data: st.DataObject) -> None:
    whole = bytearray(signed(page_of(ROWS[:2], 1), reading.identity, reading.moment))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert reading.of(bytes(whole)) in (None, TRUE[:2])


@MANY
@given(data=st.data())
def test_rows_that_are_repeated_or_lost_are_refused(reading: Listing, data: st.DataObject) -> None:
    pages = [list(page) for page in PAGES]
    page = data.draw(st.sampled_from(pages))
    place = data.draw(st.integers(0, len(page) - 1))
    if data.draw(st.booleans()):
        page.insert(place, data.draw(st.sampled_from(ROWS)))
    else:
        del page[place]
    assert reading.of_pages(pages) is None


@MANY
@given(order=st.permutations(range(3)), numbered=st.booleans())
def test_pages_in_another_order_are_the_same_rows_or_refused(reading: Listing, order: list[int], numbered: bool) -> None:
    numbers = [one + 1 for one in order] if numbered else None
    listed = reading.of_pages([PAGES[one] for one in order], numbers)
    assert listed is None or sorted(listed) == TRUE
    assert listed is None or not numbered or order == [0, 1, 2]


@MANY
@given(pages=st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=3, max_size=3))
def test_no_pages_but_those_of_all_rows_make_a_listing(reading: Listing, pages: list[list[int]]) -> None:
    listed = reading.of_pages(pages)
    rows = [row for page in pages for row in page]
    assert listed is None or len(set(rows)) == len(rows) == len(ROWS)


@MANY
@given(totals=st.tuples(st.integers(-1, 5), st.integers(-1, 5), st.integers(-1, 5)))
def test_totals_that_are_not_the_rows_are_refused(reading: Listing, totals: tuple[int, int, int]) -> None:
    answer = signed(listing([item(0), item(1)], Totals(*totals)), reading.identity, reading.moment)
    assert (reading.of(answer) == TRUE[:2]) == (totals == (2, 1, 1))


@MANY
@given(junk=st.binary(max_size=200))
def test_anything_that_is_not_an_answer_is_refused(reading: Listing, junk: bytes) -> None:
    assert reading.of(junk, verify=False) is None
