"""What the list is asked for, as conditions on the narrow table.

Trap: a person may only ask for groups that they may know of; a filter by another group finds nothing, or it would tell who is in it.
Invariant: `warning` finds exactly the clients whose answer carries a warning of that code (see `warnings`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true

from services.chassis.folding import patterns
from services.clients.firm import Moment
from services.clients.models import ClientGroup, Group, KnownFacts
from services.contracts.rpc import Json, Scope
from services.contracts.schemas.clients import WARNINGS
from services.contracts.schemas.paging import words

valid_until = KnownFacts.certificate_not_after


def visible(scope: Scope) -> ColumnElement[bool]:
    """The rule of `visibility` in the form that is quick for very many: `is true` keeps PostgreSQL from joining.

    The clients of these groups are collected once, and each row is looked up among them; joined, each row was looked up in an index.
    """
    if scope.sees_all_clients:
        return true()
    return KnownFacts.client_id.in_(select(ClientGroup.client_id).where(ClientGroup.group_id.in_(scope.group_ids))).is_(True)


def conditions(scope: Scope, wanted: Json, moment: Moment) -> list[ColumnElement[bool]]:
    """`wanted` as loaded by `schemas.clients.ClientsPage`: what may be seen of what is asked for."""
    return [visible(scope), *asked_for(scope, wanted, moment)]


def asked_for(scope: Scope, wanted: Json, moment: Moment) -> list[ColumnElement[bool]]:
    """The same without who may see it."""
    asked = {name: wanted[name] for name in FILTERS if wanted.get(name) not in (None, "")}
    found = [KnownFacts.search_text.like(pattern) for pattern in patterns(wanted["q"])]
    return [*found, *(FILTERS[name](value, moment) for name, value in asked.items()), *_of_group(scope, wanted.get("group"))]


def _of_group(scope: Scope, group_id: str | None) -> Iterator[ColumnElement[bool]]:
    if group_id is None:
        return
    member = exists().where(ClientGroup.client_id == KnownFacts.client_id, ClientGroup.group_id == group_id)
    yield member if scope.knows(group_id) else false()


def _flags(asked: str, moment: Moment) -> ColumnElement[bool]:
    return and_(*(getattr(KnownFacts, flag.removeprefix("-")) == (not flag.startswith("-")) for flag in words(asked)))


def _certificates(asked: str, moment: Moment) -> ColumnElement[bool]:
    """The same bounds as `warnings.certificate_state`."""
    states = {
        "none": valid_until.is_(None),
        "expired": valid_until <= moment.now,
        "expiring": _ends_within(0, moment.warning_days, moment),
        "valid": moment.now + timedelta(days=moment.warning_days) < valid_until,
    }
    return or_(*(states[state] for state in words(asked)))


def _warnings(asked: str, moment: Moment) -> ColumnElement[bool]:
    codes = set(words(asked))
    return or_(*(_warned(code, moment) for code in (WARNINGS[1:] if "any" in codes else sorted(codes))))


def _warned(code: str, moment: Moment) -> ColumnElement[bool]:
    of_another = (valid_until.is_not(None)) & KnownFacts.certificate_tax_id.not_in(["", KnownFacts.tax_id]) & ~KnownFacts.has_power
    found: dict[str, ColumnElement[bool]] = {
        "odd_number": KnownFacts.has_odd_number.is_(True),
        "social_security_without_number": KnownFacts.has_social_security_mailbox & ~KnownFacts.has_number,
        "certificate_expired": valid_until <= moment.now,
        "certificate_expires_in_7": _ends_within(0, 7, moment),
        "certificate_expires_in_30": _ends_within(7, 30, moment),
        "certificate_expires_in_60": _ends_within(30, 60, moment),
        "certificate_of_another": of_another,
        "notifications_off": ~KnownFacts.receives_notifications,
        "edicts_off": ~KnownFacts.watch_edicts,
        "in_no_group": ~KnownFacts.has_group & exists().where(Group.is_deleted.is_(False)),
    }
    return found[code]


def _ends_within(after_days: int, days: int, moment: Moment) -> ColumnElement[bool]:
    """Nothing that the firm does not yet want to hear of."""
    last = moment.now + timedelta(days=min(days, moment.warning_days))
    return (moment.now + timedelta(days=after_days) < valid_until) & (last >= valid_until)


def _stale(hours: int, moment: Moment) -> ColumnElement[bool]:
    checked_at = KnownFacts.last_complete_check_at
    return or_(checked_at.is_(None), checked_at < moment.now - timedelta(hours=hours))


def _pending(is_pending: bool, moment: Moment) -> ColumnElement[bool]:
    return KnownFacts.pending > 0 if is_pending else KnownFacts.pending == 0


def _read_by_before(day: date, moment: Moment) -> ColumnElement[bool]:
    return KnownFacts.nearest_read_by < day


def _archived(is_archived: bool, moment: Moment) -> ColumnElement[bool]:
    return KnownFacts.is_archived == is_archived


FILTERS: Final[dict[str, Callable[..., ColumnElement[bool]]]] = {
    "archived": _archived,
    "flag": _flags,
    "certificate": _certificates,
    "warning": _warnings,
    "stale_hours": _stale,
    "pending": _pending,
    "read_by_before": _read_by_before,
}
