"""When a mailbox is due next: pure rules with the instant and the draw given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.mailbox_sync import schedule

NOW = datetime(2026, 9, 29, 10, 15, tzinfo=UTC)
DRAWS = st.floats(0, 1)


@given(st.integers(1, 500))
def test_a_claim_is_at_least_one_and_at_most_fifty_mailboxes(in_flight):
    assert 1 <= schedule.claim_size(in_flight) <= min(50, 2 * in_flight)


@given(DRAWS)
def test_a_good_check_is_repeated_a_little_before_its_time(draw):
    assert timedelta(hours=3.6) <= schedule.until_next(4 * 3600, draw) <= timedelta(hours=4)


@given(st.integers(1, 10_000), DRAWS)
def test_a_failure_is_retried_within_the_hour_and_never_at_once(failures, draw):
    pause = schedule.after_failure(NOW, failures, False, draw) - NOW
    assert schedule.SHORTEST_PAUSE <= pause <= timedelta(hours=1)


@given(st.integers(1, 10_000), DRAWS)
def test_near_its_last_day_a_mailbox_is_retried_within_ten_minutes(failures, draw):
    assert schedule.after_failure(NOW, failures, True, draw) - NOW <= timedelta(minutes=10)


def test_the_pause_may_grow_with_each_failure():
    longest = [schedule.after_failure(NOW, failures, False, 1.0) - NOW for failures in range(1, 9)]
    assert longest[0] == timedelta(seconds=30)
    assert longest == sorted(longest) and longest[-1] == timedelta(hours=1)


@given(DRAWS)
def test_what_people_must_cure_is_tried_once_a_day(draw):
    assert timedelta(hours=21) < schedule.after_refusal(NOW, draw) - NOW <= timedelta(days=1)


def test_a_body_is_left_alone_only_after_eight_failures_in_a_row():
    assert schedule.break_of(NOW, 7, 1.0) is None
    assert schedule.break_of(NOW, 8, 1.0) == NOW + timedelta(seconds=30)
    assert schedule.break_of(NOW, 1000, 1.0) == NOW + timedelta(minutes=15)


def test_a_week_without_a_whole_reading_is_urgent():
    assert not schedule.is_urgent(NOW, NOW - timedelta(days=6, hours=23))
    assert schedule.is_urgent(NOW, NOW - timedelta(days=7))


def test_coverage_goes_on_while_no_gap_is_longer_than_a_listing_reaches_back():
    first, until = NOW - timedelta(days=90), NOW - timedelta(days=10)
    assert schedule.covered_since(first, until, NOW) == first


def test_coverage_starts_anew_after_a_longer_gap():
    first, until = NOW - timedelta(days=90), NOW - timedelta(days=10, seconds=1)
    assert schedule.covered_since(first, until, NOW) == NOW


def test_the_first_check_starts_the_coverage():
    assert schedule.covered_since(None, None, NOW) == NOW
