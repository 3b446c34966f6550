"""What deserves a second look is said and never refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.clients.warnings import Circumstances, certificate_state, warnings_of
from tests import people

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def codes(**circumstances) -> list[str]:
    circumstances.setdefault("tax_id", people.tax_id())
    return [warning["code"] for warning in warnings_of(Circumstances(**circumstances), NOW)]


def test_an_ordinary_client_has_no_warning():
    assert codes() == []


@pytest.mark.parametrize(
    ("days", "state", "expected"),
    [
        (-1, "expired", ["certificate_expired"]),
        (0, "expired", ["certificate_expired"]),
        (7, "expiring", ["certificate_expires_in_7"]),
        (8, "expiring", ["certificate_expires_in_30"]),
        (31, "expiring", ["certificate_expires_in_60"]),
        (60, "expiring", ["certificate_expires_in_60"]),
        (61, "valid", []),
    ],
)
def test_a_certificate_warns_sixty_thirty_and_seven_days_before_its_end(days, state, expected):
    ends = NOW + timedelta(days=days)
    assert (certificate_state(ends, NOW), codes(certificate_not_after=ends)) == (state, expected)


def test_a_warning_says_in_how_many_days_the_certificate_ends():
    ends = NOW + timedelta(days=2, hours=1)
    (warning,) = warnings_of(Circumstances(tax_id=people.tax_id(), certificate_not_after=ends), NOW)
    assert "caduca en 3 días" in warning["message"]


def test_a_certificate_of_somebody_else_warns():
    ends = NOW + timedelta(days=300)
    assert codes(certificate_not_after=ends, certificate_tax_id=people.tax_id()) == ["certificate_of_another"]


@pytest.mark.parametrize("numbers", [{"ccc": (people.ccc(),)}, {"naf": (people.naf(),)}])
def test_a_social_security_mailbox_warns_until_there_is_a_number(numbers):
    assert codes(has_social_security_mailbox=True) == ["social_security_without_number"]
    assert codes(has_social_security_mailbox=True, **numbers) == []


def test_flags_that_are_off_warn():
    assert codes(receives_notifications=False, watch_edicts=False) == ["notifications_off", "edicts_off"]


def test_an_unusual_province_is_named_with_its_number():
    number = people.naf("66")
    (warning,) = warnings_of(Circumstances(tax_id=people.tax_id(), naf=(number,)), NOW)
    assert warning["code"] == "unusual_province" and number in warning["message"]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"tax_id": "Q28260008"}, ["cif_control_letter"]),
        ({"tax_id": "Q2826000H"}, []),
        ({"tax_id": "B1234567D"}, ["cif_control_digit"]),
        ({"tax_id": "B12345674"}, []),
        ({"ccc": ("28004865249",)}, ["ccc_leading_zero"]),
        ({"ccc": ("011128004865235",)}, ["ccc_leading_zero"]),
        ({"ccc": ("28139175691", "011108187040173"), "naf": ("281234567840", "280001234520")}, []),
    ],
)
def test_what_is_odd_in_a_number_is_accepted_and_said(numbers, expected):
    assert codes(**numbers) == expected


def test_the_nearer_its_end_the_more_urgent_a_certificate_is_said_to_be():
    said = [
        warnings_of(Circumstances(tax_id=people.tax_id(), certificate_not_after=NOW + timedelta(days=days)), NOW) for days in (5, 20, 50)
    ]
    assert len({warning["code"] for (warning,) in said}) == len({warning["message"].partition(": ")[2] for (warning,) in said}) == 3
