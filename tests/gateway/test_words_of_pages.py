"""What the pages of the inbox and its neighbours say of codes, rows and lists: pure."""

from __future__ import annotations

from datetime import date

import pytest

from gateway.web import acts, names
from gateway.web.audit import between
from gateway.web.edicts import marked
from gateway.web.inbox import next_of
from gateway.web.lists import day, instant
from services.audit.acts import SUBJECT_AND_DETAIL
from services.contracts.schemas import mailboxes, notifications
from services.contracts.schemas.people import BODIES
from tests.audit.census import WRITES


def test_every_act_of_the_trail_has_words():
    left = {act for ways in WRITES.values() for way, act in ways.items() if way != "record"} | {fact.topic for fact in SUBJECT_AND_DETAIL}
    assert left - set(acts.ACTS) == set()


def test_every_code_of_a_list_has_words():
    assert set(names.BODIES) == set(BODIES)
    assert set(names.KINDS) == set(notifications.KINDS)
    assert set(names.BODY_STATES) == set(names.BODY_STATE_TONES) == set(notifications.BODY_STATES)
    assert set(names.TRAYS) == set(names.PROCESSING_STATES) == set(notifications.PROCESSING_STATES)
    assert set(names.VIAS) == set(mailboxes.VIAS)
    assert set(names.MAILBOX_STATES) == set(names.MAILBOX_TONES) == set(mailboxes.STATES)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("700 12345678Z MÉRIDA", "700 <mark>12345678Z</mark> MÉRIDA"),
        ("700 12.345.678-z <b>", "700 <mark>12.345.678-z</mark> &lt;b&gt;"),
        ("nadie & nada", "nadie &amp; nada"),
    ],
)
def test_a_tax_id_is_marked_in_a_row_however_it_is_printed(row, expected):
    assert marked(row, "12345678Z") == expected


def test_without_a_tax_id_nothing_is_marked():
    assert marked("700 <i>", "") == "700 &lt;i&gt;"


def test_after_one_comes_the_one_below_it_and_after_the_last_the_one_above():
    items = [{"id": "a"}, {"id": "b"}, {"id": "c"}]
    assert [next_of(items, one) for one in "abc"] == ["b", "c", "b"]
    assert (next_of(items[:1], "a"), next_of(items, "elsewhere")) == ("", "")


def test_a_day_and_an_instant_are_those_of_madrid_with_all_their_figures():
    assert (day("2026-10-09"), day("2026-10-08T22:30:00+00:00"), day(None)) == ("09/10/2026", "09/10/2026", "—")
    assert (instant("2026-10-08T22:05:00+00:00"), instant(None)) == ("09/10/2026 00:05", "—")


def test_days_are_whole_days_in_madrid_on_both_sides_of_a_change_of_clocks():
    assert between(date(2026, 10, 25), date(2026, 10, 25)) == {"from": "2026-10-25T00:00:00+02:00", "to": "2026-10-26T00:00:00+01:00"}
    assert between(None, date.max) == {}
