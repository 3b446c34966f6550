"""Every fact is an act that the trail keeps or is said to be nobody's, and no entry holds what would have to be erased."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from services.audit.acts import ACTS, NOBODYS_ACTS, entries_of
from services.audit.entry import as_json
from services.contracts.message import REGISTRY
from services.contracts.schemas.audit import without_fractions

PERSONAL = {"name", "tax_id", "email", "holder_tax_id", "subject", "issuer", "serial", "title", "row", "terms", "url", "text", "notes"}
CANARY = "canary"
FILLED = {str: "x", int: 1, bool: True, date: date(2026, 1, 1), datetime: datetime(2026, 1, 1, tzinfo=UTC), float: 0.5}


def filled(hint: Any, name: str) -> Any:
    """A value of any field; one that says who somebody is holds the canary."""
    if get_origin(hint) is tuple:
        return (filled(get_args(hint)[0], name), filled(get_args(hint)[0], name))
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return hint(**{field.name: filled(hints[field.name], field.name) for field in fields(hint)})
    if type(None) in get_args(hint):
        return filled(next(part for part in get_args(hint) if part is not type(None)), name)
    return CANARY if name in PERSONAL else FILLED[hint]


@pytest.mark.parametrize("topic", sorted(REGISTRY))
def test_a_fact_is_an_act_or_is_said_to_be_nobodys(topic):
    fact = REGISTRY[topic]
    assert (fact in ACTS) != (fact in NOBODYS_ACTS), f"{topic}: services/audit/acts.py is to say that it is an act, or nobody's and why"


@pytest.mark.parametrize("fact", NOBODYS_ACTS)
def test_a_fact_that_is_nobodys_act_says_why(fact):
    assert len(NOBODYS_ACTS[fact].split()) > 2


@pytest.mark.parametrize("fact", ACTS, ids=lambda fact: fact.topic)
def test_an_entry_of_an_act_holds_ids_and_states_only(fact):
    for entry in entries_of(filled(fact, ""), "user"):
        assert CANARY not in str(entry)
        assert set(entry) == {"act", "user_id", "subject", "detail"}
        without_fractions(entry["detail"])
        assert as_json(entry["detail"])
