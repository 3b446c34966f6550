"""Deadlines: worked examples of the law, changes of hour, ends of year, and properties over any day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.calendars import NaiveInstant, WorkingCalendar, last_instant, madrid_day
from services.notifications.deadlines import Deadline, UnknownRegime, edict_deadlines, read_by, tax_payment_by
from services.notifications.statutes import RULES, in_force

DAYS = st.dates(date(2016, 10, 3), date(2039, 12, 31))
INSTANTS = st.datetimes(datetime(2016, 10, 3), datetime(2039, 12, 31), timezones=st.just(UTC))
TERMS = st.sampled_from(
    ["", "plazo de 10 días hábiles", "plazo de quince días naturales", "comparecer en el plazo de 5 días", "plazo de un mes"]
)


def due(instant: str, body: str = "dehu", expires: datetime | date | None = None) -> Deadline:
    deadline = read_by("notification", datetime.fromisoformat(instant), body, expires)
    assert deadline is not None
    return deadline


def days(deadlines: list[Deadline]) -> list[tuple[str, date]]:
    return [(deadline.kind, deadline.on) for deadline in deadlines]


def test_a_notice_is_read_within_ten_natural_days_and_says_the_last_safe_instant() -> None:
    deadline = due("2026-09-29T10:15:00+02:00")
    assert (deadline.kind, deadline.on, deadline.rule.id) == ("read_by", date(2026, 10, 9), "l39-2015-43.2")
    assert "Último instante seguro: 09/10/2026 a las 23:59:59 (hora de Madrid)." in deadline.explanation
    assert "Si nadie la abre, se entiende rechazada el 10/10/2026 a las 00:00:00." in deadline.explanation


@pytest.mark.parametrize(
    ("available", "last"),
    [
        ("2024-09-01T09:00:00+02:00", date(2024, 9, 11)),  # TEAC 15-10-2024: deemed on the 12th.
        ("2026-09-30T23:59:59+02:00", date(2026, 10, 10)),  # A Saturday before a Sunday and a national holiday.
        ("2026-10-02T12:00:00+00:00", date(2026, 10, 12)),  # A national holiday.
        ("2026-12-21T23:30:00+00:00", date(2027, 1, 1)),  # Already the 22nd in Madrid.
        ("2026-12-22T00:30:00+01:00", date(2027, 1, 1)),
        ("2026-10-20T22:30:00+00:00", date(2026, 10, 31)),  # The change of hour lies inside the ten days.
        ("2026-10-25T22:30:00+00:00", date(2026, 11, 4)),
        ("2026-03-19T23:30:00+00:00", date(2026, 3, 30)),
        ("2028-02-20T10:00:00+00:00", date(2028, 3, 1)),  # A leap year.
    ],
)
def test_the_ten_days_are_madrid_days_and_never_roll(available: str, last: date) -> None:
    assert due(available).on == last


def test_a_communication_and_an_edict_have_nothing_to_read_by() -> None:
    available = datetime(2026, 9, 29, 8, tzinfo=UTC)
    assert read_by("communication", available, "enotum", datetime(2026, 10, 9, tzinfo=UTC)) is None
    assert read_by("edict", available, "teu") is None


def test_social_security_counts_by_its_own_order() -> None:
    deadline = due("2026-09-29T10:15:00+02:00", "tgss")
    assert (deadline.on, deadline.rule.id) == (date(2026, 10, 9), "ism-903-2020")


@pytest.mark.parametrize(
    ("expires", "last", "clock"),
    [
        ("2026-10-05T23:59:59+02:00", date(2026, 10, 5), "05/10/2026 a las 23:59:59"),
        ("2027-03-28T21:59:59+00:00", date(2027, 3, 28), "28/03/2027 a las 23:59:59"),
        ("2026-10-10T00:00:00+02:00", date(2026, 10, 9), "09/10/2026 a las 23:59:59"),
        ("2026-10-08T14:00:00+02:00", date(2026, 10, 8), "08/10/2026 a las 14:00:00"),
    ],
)
def test_the_date_of_the_body_wins_earlier_or_later(expires: str, last: date, clock: str) -> None:
    deadline = due("2026-09-29T10:15:00+02:00", "enotum", datetime.fromisoformat(expires))
    assert (deadline.on, deadline.rule.id) == (last, "body-own-date")
    assert any(clock in sentence for sentence in deadline.explanation)


def test_a_day_given_by_the_body_is_still_whole() -> None:
    assert due("2026-09-29T10:15:00+02:00", "dehu", date(2026, 10, 20)).on == date(2026, 10, 20)


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        read_by("notification", datetime(2026, 9, 29, 10, 15), "dehu")


@pytest.mark.parametrize(
    ("available", "last"),
    [
        ("2026-09-28T10:00:00+02:00", date(2026, 10, 1)),
        ("2026-09-28T15:00:00+02:00", date(2026, 10, 1)),
        ("2026-09-28T15:00:01+02:00", date(2026, 10, 2)),
        ("2026-10-09T10:00:00+02:00", date(2026, 10, 15)),
        ("2026-07-30T18:00:00+02:00", date(2026, 9, 3)),
        ("2026-08-10T09:00:00+02:00", date(2026, 9, 4)),
    ],
)
def test_a_notice_of_the_courts_is_read_within_three_working_days(available: str, last: date) -> None:
    assert (due(available, "lexnet").on, due(available, "justizianet").on) == (last, last)


@pytest.mark.parametrize(
    ("notified", "last"),
    [
        (date(2026, 9, 14), date(2026, 10, 20)),
        (date(2026, 9, 15), date(2026, 10, 20)),
        (date(2026, 9, 16), date(2026, 11, 5)),
        (date(2026, 11, 30), date(2027, 1, 5)),
        (date(2026, 12, 31), date(2027, 2, 5)),
        (date(2026, 8, 31), date(2026, 10, 5)),
        (date(2026, 5, 3), date(2026, 6, 22)),  # The 20th is a Saturday.
    ],
)
def test_a_tax_debt_is_paid_by_the_day_of_its_half_month(notified: date, last: date) -> None:
    assert tax_payment_by(notified).on == last


def test_a_general_edict_takes_effect_on_its_publication() -> None:
    assert days(edict_deadlines("general", date(2026, 9, 1))) == [("effective", date(2026, 9, 1))]


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("plazo de 10 días hábiles", date(2026, 9, 15)),
        ("plazo de diez días", date(2026, 9, 15)),
        ("plazo de 11 días naturales", date(2026, 9, 14)),  # The 12th is a Saturday.
        ("plazo de un mes", date(2026, 10, 1)),
    ],
)
def test_a_general_edict_counts_its_stated_term_from_the_day_after(text: str, last: date) -> None:
    assert days(edict_deadlines("general", date(2026, 9, 1), text))[1:] == [("answer_by", last)]


def test_a_regional_holiday_lengthens_a_stated_term_and_is_explained() -> None:
    deadline = edict_deadlines("general", date(2026, 9, 1), "plazo de 10 días hábiles", WorkingCalendar(("CT",)))[1]
    assert deadline.on == date(2026, 9, 16)
    assert "11/09/2026 no cuenta (festivo: Fiesta Nacional de Cataluña)." in deadline.explanation


def test_a_tax_edict_gives_fifteen_days_to_appear_and_is_served_on_the_sixteenth() -> None:
    found = days(edict_deadlines("tax", date(2026, 9, 2)))
    assert found == [("appear_by", date(2026, 9, 17)), ("deemed_notified", date(2026, 9, 18)), ("appeal_by", date(2026, 10, 19))]


def test_a_tax_edict_that_states_its_terms_is_counted_by_them() -> None:
    text = (
        "Deberán comparecer en el plazo de DIEZ días naturales, contados desde el siguiente al de la publicación."
        " Recurso en el plazo de 15 días hábiles."
    )
    found = days(edict_deadlines("tax", date(2026, 9, 2), text))
    assert found == [("appear_by", date(2026, 9, 12)), ("deemed_notified", date(2026, 9, 13)), ("answer_by", date(2026, 10, 2))]


def test_a_traffic_edict_is_served_after_twenty_days_and_only_then_come_the_days_to_allege() -> None:
    found = days(edict_deadlines("traffic", date(2026, 9, 1)))
    assert found == [("deemed_notified", date(2026, 9, 21)), ("pay_or_allege_by", date(2026, 10, 11))]


@pytest.mark.parametrize(
    ("text", "kind", "last"),
    [
        ("plazo de 15 días naturales para el pago", "pay_or_allege_by", date(2026, 10, 6)),
        ("plazo de veinte días naturales contados desde el siguiente al de la publicación", "pay_or_allege_by", date(2026, 9, 21)),
        (
            "Transcurrido el plazo de veinte días naturales desde su publicación se entenderá practicada",
            "pay_or_allege_by",
            date(2026, 10, 11),
        ),
    ],
)
def test_a_traffic_edict_follows_its_own_words_first(text: str, kind: str, last: date) -> None:
    assert (kind, last) in days(edict_deadlines("traffic", date(2026, 9, 1), text))


def test_an_entry_that_notifies_nobody_has_no_deadline() -> None:
    assert edict_deadlines("other", date(2026, 9, 1), "plazo de 10 días hábiles") == []


def test_an_unknown_regime_is_refused() -> None:
    with pytest.raises(UnknownRegime, match="'civil'"):
        edict_deadlines("civil", date(2026, 9, 1))


def test_the_wire_shape_ends_with_the_citation() -> None:
    wire = due("2026-09-29T10:15:00+02:00").as_wire()
    assert (wire["kind"], wire["on"], wire["rule"]) == ("read_by", "2026-10-09", "l39-2015-43.2")
    assert str(wire["explanation"][-1]).startswith("Art. 43.2 Ley 39/2015")  # type: ignore[index]


def test_every_rule_is_in_force_at_its_start_and_cited() -> None:
    assert all(in_force(rule.id, rule.valid_from) is rule and rule.citation.endswith(".") for rule in RULES)


def test_a_day_outside_every_wording_still_gets_the_nearest_rule() -> None:
    assert in_force("l39-2015-43.2", date(2010, 1, 1)).days == 10


@given(INSTANTS, st.sampled_from(["dehu", "tgss", "aeat", "dgt"]))
def test_the_last_safe_instant_is_never_later_than_the_law_allows(available: datetime, body: str) -> None:
    deadline = read_by("notification", available, body)
    assert deadline is not None
    assert deadline.on == madrid_day(available) + timedelta(days=10)
    assert available < last_instant(deadline.on) < available + timedelta(days=11, hours=1)


@given(INSTANTS, INSTANTS, st.sampled_from(["dehu", "lexnet"]))
def test_what_is_available_later_is_never_due_earlier(one: datetime, other: datetime, body: str) -> None:
    first, second = (read_by("notification", instant, body) for instant in sorted((one, other)))
    assert first is not None and second is not None
    assert first.on <= second.on


@given(DAYS)
def test_a_tax_debt_notified_later_is_never_due_earlier(day: date) -> None:
    assert day < tax_payment_by(day).on <= tax_payment_by(day + timedelta(days=1)).on


@given(st.sampled_from(["general", "tax", "traffic"]), DAYS, TERMS)
def test_no_deadline_of_an_edict_comes_before_its_publication_and_they_are_in_order(regime: str, published: date, text: str) -> None:
    found = [deadline.on for deadline in edict_deadlines(regime, published, text)]
    assert found == sorted(found)
    assert found[0] >= published


@given(st.sampled_from(["general", "tax", "traffic"]), DAYS, TERMS)
def test_an_edict_published_later_is_never_due_earlier(regime: str, published: date, text: str) -> None:
    today, tomorrow = (edict_deadlines(regime, published + timedelta(days=n), text) for n in (0, 1))
    assert all(first.on <= second.on for first, second in zip(today, tomorrow, strict=True))
