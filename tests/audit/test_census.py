"""Nobody comes in by a way that the trail does not know: each method is said to read, or to leave an act that somebody records."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from services.audit.acts import ACTS
from services.catalogue import CLASSES, service_class
from tests.audit.census import NOT_YET_AN_ACT, READS, WRITES

TOPICS = {fact.topic for fact in ACTS}
FOLDER = Path(__file__).parents[2] / "services"
CLAIMS = [(service, method, act) for service, writes in WRITES.items() for method, act in writes.items() if service != "audit"]


def ways_in(service: str) -> set[str]:
    return {name for name, _ in inspect.getmembers(service_class(service), lambda member: hasattr(member, "needs"))}


@pytest.mark.parametrize("service", CLASSES)
def test_each_way_in_is_said_to_read_or_to_leave_an_act(service):
    reads, writes, others = set(READS[service].split()), set(WRITES.get(service, ())), set(NOT_YET_AN_ACT.get(service, ()))
    assert len(reads | writes | others) == len(reads) + len(writes) + len(others)
    assert ways_in(service) == reads | writes | others, "say in tests/audit/census.py what the trail has of it"


@pytest.mark.parametrize("service, method, act", CLAIMS, ids=lambda part: str(part))
def test_an_act_that_is_claimed_is_recorded_by_its_service(service, method, act):
    if "." in act:
        assert act in TOPICS
    else:
        written = "\n".join(path.read_text() for path in (FOLDER / service).glob("*.py"))
        assert f'"{act}"' in written
