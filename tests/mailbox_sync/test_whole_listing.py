"""A listing is given page by page and comes to its end only when it is whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.mailbox_sync.connecting import ListChanged, Notice, Page, Party, UnexpectedAnswer, whole_listing

OFFICE = Party("E00000001", "Organismo")


def notice(reference: int, origin_code: str = "2") -> Notice:
    moment = datetime(2026, 9, 29, tzinfo=UTC)
    return Notice(origin_code, str(reference), "notification", "Acta", "", OFFICE, OFFICE, "B12345674", "EMPRESA SL", moment)


def listed(*pages: list[Notice], total: int) -> list[Page]:
    made = [Page(number, len(pages), total, tuple(rows), "") for number, rows in enumerate(pages, 1)]
    return list(whole_listing(lambda number: made[number - 1]))


def test_an_empty_mailbox_is_one_page_that_says_empty() -> None:
    assert [(page.number, page.notices) for page in listed([], total=0)] == [(1, ())]


def test_pages_are_asked_for_one_by_one() -> None:
    asked = []

    def ask(number: int) -> Page:
        asked.append(number)
        return Page(number, 3, 3, (notice(number),), "")

    reading = whole_listing(ask)
    next(reading)
    assert asked == [1]
    assert len(list(reading)) == 2 and asked == [1, 2, 3]


def test_the_same_reference_of_two_origins_is_two_notices() -> None:
    assert len(listed([notice(1, "2"), notice(1, "5000")], total=2)) == 1


def test_a_repeated_row_in_one_page_is_not_understood() -> None:
    with pytest.raises(UnexpectedAnswer):
        listed([notice(1), notice(1)], total=2)


def test_a_row_that_comes_again_on_another_page_is_a_changed_list() -> None:
    with pytest.raises(ListChanged):
        listed([notice(1)], [notice(1)], total=2)


def test_an_empty_page_among_several_is_a_changed_list() -> None:
    with pytest.raises(ListChanged):
        listed([notice(1)], [], [notice(2)], total=2)


@pytest.mark.parametrize("total", [0, 1, 3])
def test_a_sum_that_is_not_the_total_is_refused(total: int) -> None:
    with pytest.raises(UnexpectedAnswer):
        listed([notice(1), notice(2)], total=total)
    with pytest.raises(ListChanged):
        listed([notice(1)], [notice(2)], total=total)


@pytest.mark.parametrize("name", ["available_at", "expires_at"])
@pytest.mark.parametrize("year", [1999, 2101, 9999])
def test_a_notice_from_which_no_deadline_can_be_counted_is_not_made(name: str, year: int) -> None:
    with pytest.raises(ValueError, match=str(year)):
        replace(notice(1), **{name: datetime(year, 6, 30, tzinfo=UTC)})
