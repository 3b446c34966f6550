"""What was promised to readers of events."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from typing import get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import flow
from services.contracts.message import REGISTRY, Event
from tests.contracts import shapes

LEAVES = {
    str: st.text(max_size=20),
    int: st.integers(0, 2**31),
    bool: st.booleans(),
    date: st.dates(),
    datetime: st.datetimes(timezones=st.just(UTC)),
}


def values(hint):
    if get_origin(hint) is tuple:
        return st.lists(values(get_args(hint)[0]), max_size=3).map(tuple)
    if is_dataclass(hint):
        return made(hint)
    if type(None) in get_args(hint):
        return st.none() | values(next(part for part in get_args(hint) if part is not type(None)))
    return LEAVES[hint]


def made(cls):
    hints = get_type_hints(cls)
    return st.builds(cls, **{field.name: values(hints[field.name]) for field in fields(cls)})


@given(st.sampled_from(sorted(REGISTRY)).flatmap(lambda topic: made(REGISTRY[topic])))
def test_an_event_read_back_from_the_wire_is_the_same(event: Event):
    assert type(event).read(event.payload()) == event


@pytest.mark.parametrize("topic", sorted(REGISTRY))
def test_the_shape_of_an_event_is_the_frozen_one(topic):
    frozen = shapes.FOLDER / f"{topic}.json"
    assert frozen.exists(), f"{topic} is new: run `make shapes` and review the file"
    assert shapes.shapes()[topic] == frozen.read_text(), (
        f"{topic} changed shape: readers would break; add a V2 or run `make shapes` and review"
    )


def test_no_frozen_shape_is_left_without_its_event():
    assert {file.stem for file in shapes.FOLDER.glob("*.json")} == set(REGISTRY)


def test_a_reader_skips_fields_that_it_does_not_know():
    group = REGISTRY["access.group_changed"]
    payload = {"group_id": "g", "change": "created", "name": "n", "version": 1, "colour": "blue"}
    assert group.read(payload) == group(group_id="g", change="created", name="n", version=1)


def test_every_event_is_heard_by_somebody():
    assert [topic for topic, names in flow.hearers().items() if not names] == []


def test_the_table_of_events_in_the_readme_is_true():
    text = flow.README.read_text()
    assert text == flow.inserted(text), "run `make flow`"
