"""Legal deadlines of notices and edicts, each with the rule it comes from and a Spanish explanation of how it was counted.

Situation: a notice that nobody opens counts as rejected or served, so `read_by` errs on the early side only. Days are days in Madrid.

Traps: the ten natural days of a notice never roll over a weekend. The body's own date wins over ours. A communication has neither
term nor rejection. A traffic edict is served twenty days after its publication and only then do the twenty days to pay or allege
start: publication plus twenty is not the last day to allege. The natural days of tax and traffic edicts are not rolled either,
because case law is divided and the earlier date is the safe one. A term that the edict states itself comes before its class's own.

Invariant: the same input gives the same deadlines, sorted by day, whatever the clock says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from services.contracts.sentences import said
from services.notifications.calendars import (
    NATIONAL,
    Count,
    WorkingCalendar,
    add_months,
    add_natural_days,
    add_working_days,
    in_madrid,
    madrid_day,
    roll_to_working_day,
    spanish,
)
from services.notifications.statutes import Rule, in_force
from services.notifications.terms import Term, terms_in

_WITHOUT_TERM: Final = frozenset({"communication", "edict"})
_COURTS: Final = frozenset({"lexnet", "justizianet"})
_COURT_CALENDAR: Final = WorkingCalendar(without_august=True)
_COURT_CLOSES_AT: Final = time(15)
_ONE_DAY: Final = timedelta(days=1)
_ONE_SECOND: Final = timedelta(seconds=1)
REJECTED: Final = said("Si nadie la abre, se entiende rechazada el {day} a las {time}.")
SERVED: Final = said("Si nadie la abre, se entiende practicada el {day} a las {time}.")


class UnknownRegime(ValueError):
    """No rule says when an edict of this regime takes effect."""


@dataclass(frozen=True)
class Deadline:
    """What is due (`kind`), the last day for it in Madrid, the rule, and the Spanish sentences that explain the count."""

    kind: str
    on: date
    rule: Rule
    explanation: tuple[str, ...]

    def as_wire(self) -> dict[str, object]:
        """The shape of the API: `{kind, on, rule, explanation}`; the citation closes the explanation."""
        return {"kind": self.kind, "on": self.on.isoformat(), "rule": self.rule.id, "explanation": [*self.explanation, self.rule.citation]}


def read_by(kind: str, available_at: datetime, body: str, body_expires_at: datetime | date | None = None) -> Deadline | None:
    """The last day on which a notice is safely opened; None for a communication or an edict.

    `available_at` is an aware instant. `body_expires_at` is the body's own end: an aware instant, or a day that is still whole.
    Raises `NaiveInstant`.
    """
    if kind in _WITHOUT_TERM:
        return None
    if body_expires_at is not None:
        return _own_read_by(available_at, body_expires_at)
    return _court_read_by(available_at) if body in _COURTS else _general_read_by(available_at, body)


def tax_payment_by(notified_on: date, calendar: WorkingCalendar = NATIONAL) -> Deadline:
    """The last day to pay a tax debt notified on a day, in voluntary period."""
    first_half = notified_on.day <= 15
    month = add_months(notified_on.replace(day=1), 1 if first_half else 2)
    paid = roll_to_working_day(month.replace(day=20 if first_half else 5), calendar)
    half = said("entre los días 1 y 15") if first_half else said("entre el día 16 y el último del mes")
    explanation = (
        said("Notificada el {day}, {half}.", day=spanish(notified_on), half=half),
        *paid.explanation,
        said("Último día para pagar: {day}.", day=spanish(paid.on)),
    )
    return Deadline("pay_by", paid.on, in_force("lgt-62.2", notified_on), explanation)


def edict_deadlines(regime: str, published_on: date, text: str = "", calendar: WorkingCalendar = NATIONAL) -> list[Deadline]:
    """What follows from an edict of the TEU published on a day, by day. Regimes: `general`, `tax`, `traffic`, `other`.

    `other` is an entry that notifies nobody: no deadline. Raises `UnknownRegime`.
    """
    terms = terms_in(text)
    match regime:
        case "general":
            found = _general_edict(published_on, terms, calendar)
        case "tax":
            found = _tax_edict(published_on, terms, calendar)
        case "traffic":
            found = _traffic_edict(published_on, terms, calendar)
        case "other":
            found = []
        case _:
            raise UnknownRegime(f"{regime!r} is none of general, tax, traffic, other.")
    return sorted(dict.fromkeys(found), key=lambda deadline: deadline.on)


def _general_read_by(available_at: datetime, body: str) -> Deadline:
    day = madrid_day(available_at)
    rule = in_force("ism-903-2020" if body == "tgss" else "l39-2015-43.2", day)
    last = add_natural_days(day, rule.days)
    count = said("{days} días naturales desde el siguiente: se cuentan todos los días y el plazo no se prorroga.", days=rule.days)
    return Deadline("read_by", last, rule, (_available(available_at), count, *_last_instant_of(last, REJECTED)))


def _court_read_by(available_at: datetime) -> Deadline:
    day = madrid_day(available_at)
    rule = in_force("lec-162", day)
    late = in_madrid(available_at).time() > _COURT_CLOSES_AT
    sent = roll_to_working_day(day + _ONE_DAY if late else day, _COURT_CALENDAR)
    last = add_working_days(sent.on, rule.days, _COURT_CALENDAR)
    start = (said("Cuenta como remitida el {day}.", day=spanish(sent.on)),) if sent.on != day else ()
    count = said("{days} días hábiles desde el siguiente.", days=rule.days)
    explanation = (_available(available_at), *sent.explanation, *start, count, *last.explanation, *_last_instant_of(last.on, SERVED))
    return Deadline("read_by", last.on, rule, explanation)


def _own_read_by(available_at: datetime, expires_at: datetime | date) -> Deadline:
    rule = in_force("body-own-date", madrid_day(available_at))
    if not isinstance(expires_at, datetime):
        return Deadline("read_by", expires_at, rule, (_available(available_at), *_last_instant_of(expires_at, REJECTED)))
    # An end at 00:00:00 leaves no safe instant on its own day: the last one is a second before, on the day that ended.
    end = in_madrid(expires_at).replace(microsecond=0)
    last = end - _ONE_SECOND if end.time() == time() else end
    deemed_at = last + _ONE_SECOND
    safe = said(
        "Último instante seguro según el organismo: {day} a las {time} (hora de Madrid).", day=spanish(last.date()), time=f"{last:%H:%M:%S}"
    )
    deemed = said(
        "Si nadie la abre, se entiende rechazada el {day} a las {time}.", day=spanish(deemed_at.date()), time=f"{deemed_at:%H:%M:%S}"
    )
    return Deadline("read_by", last.date(), rule, (_available(available_at), safe, deemed))


def _general_edict(published_on: date, terms: list[Term], calendar: WorkingCalendar) -> list[Deadline]:
    effect = said(
        "Publicado el {day}: surte efecto ese día y los plazos corren desde el siguiente, en días hábiles.", day=spanish(published_on)
    )
    effective = Deadline("effective", published_on, in_force("l39-2015-44", published_on), (effect,))
    return [effective, *(_stated("answer_by", published_on, term, calendar, rolls=True) for term in terms)]


def _tax_edict(published_on: date, terms: list[Term], calendar: WorkingCalendar) -> list[Deadline]:
    to_appear = next((term for term in terms if term.to_appear), None) or next((term for term in terms if term.unit == "natural"), None)
    appear = _stated("appear_by", published_on, to_appear, calendar) if to_appear else _default("appear_by", "lgt-112", published_on)
    served_on = appear.on + _ONE_DAY
    served = said(
        "Sin comparecencia hasta el {day}, se entiende notificado el {served}.", day=spanish(appear.on), served=spanish(served_on)
    )
    deemed = Deadline("deemed_notified", served_on, in_force("lgt-112", published_on), (served,))
    rest = [term for term in terms if not term.to_appear and term is not to_appear]
    answers = [_stated("answer_by", _start(term, published_on, served_on), term, calendar) for term in rest]
    return [appear, deemed, *(answers or [_tax_appeal(served_on, calendar)])]


def _tax_appeal(served_on: date, calendar: WorkingCalendar) -> Deadline:
    last = roll_to_working_day(add_months(served_on, 1), calendar)
    explanation = (said("Un mes desde la notificación del {served}, de fecha a fecha.", served=spanish(served_on)), *last.explanation)
    return Deadline("appeal_by", last.on, in_force("lgt-appeal", served_on), explanation)


def _traffic_edict(published_on: date, terms: list[Term], calendar: WorkingCalendar) -> list[Deadline]:
    served = _default("deemed_notified", "lsv-91", published_on)
    in_days = [term for term in terms if term.unit in ("natural", "days")]
    to_pay = [_stated("pay_or_allege_by", _start(term, published_on, served.on), term, calendar) for term in in_days]
    others = [term for term in terms if term not in in_days]
    answers = [_stated("answer_by", _start(term, published_on, served.on), term, calendar) for term in others]
    return [served, *(to_pay or [_default("pay_or_allege_by", "lsv-93", served.on)]), *answers]


def _default(kind: str, rule_id: str, start: date) -> Deadline:
    """The natural days of a rule counted from the day after `start`, never rolled."""
    rule = in_force(rule_id, start)
    last = add_natural_days(start, rule.days)
    explanation = said(
        "{days} días naturales desde el siguiente al {start}, sin prórroga: {day}.", days=rule.days, start=spanish(start), day=spanish(last)
    )
    return Deadline(kind, last, rule, (explanation,))


def _stated(kind: str, start: date, term: Term, calendar: WorkingCalendar, rolls: bool = False) -> Deadline:
    """A term that the edict states. `rolls`: its regime counts plain days as working and rolls natural ones (article 30)."""
    last = _count(start, term, calendar, rolls)
    explanation = (
        said("El anuncio dice «{quote}», contado desde el siguiente al {start}.", quote=term.quote, start=spanish(start)),
        *last.explanation,
    )
    return Deadline(kind, last.on, in_force("explicit-term", start), (*explanation, said("Último día: {day}.", day=spanish(last.on))))


def _count(start: date, term: Term, calendar: WorkingCalendar, rolls: bool) -> Count:
    if term.unit == "months":
        return roll_to_working_day(add_months(start, term.count), calendar)
    if term.unit == "working" or (term.unit == "days" and rolls):
        return add_working_days(start, term.count, calendar)
    last = add_natural_days(start, term.count)
    return roll_to_working_day(last, calendar) if rolls else Count(last)


def _start(term: Term, published_on: date, served_on: date) -> date:
    """The day before the first that counts: the publication when the edict says so, else the day it is deemed served."""
    return published_on if term.from_publication else served_on


def _available(instant: datetime) -> str:
    local = in_madrid(instant)
    return said("Puesta a disposición el {day} a las {time} (hora de Madrid).", day=spanish(local.date()), time=f"{local:%H:%M}")


def _last_instant_of(day: date, deemed: str) -> tuple[str, str]:
    safe = said("Último instante seguro: {day} a las 23:59:59 (hora de Madrid).", day=spanish(day))
    return safe, deemed.format(day=spanish(day + _ONE_DAY), time="00:00:00")
