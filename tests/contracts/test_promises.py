"""Every service keeps its promises, and says who may ask."""

from __future__ import annotations

import inspect

import pytest

from services.access.rules import CAPABILITIES
from services.catalogue import service_class
from services.contracts.rpc import INTERNAL, PROMISES, SIGNED_IN


def promised(name: str) -> dict[str, list[str]]:
    methods = inspect.getmembers(PROMISES[name], inspect.isfunction)
    return {method: list(inspect.signature(function).parameters)[1:] for method, function in methods if not method.startswith("_")}


def kept(name: str) -> dict[str, list[str]]:
    """The RPC methods of the service as whoever asks sees them: without the service itself, the unit of work and who is asking."""
    members = inspect.getmembers(service_class(name), lambda member: hasattr(member, "needs"))
    return {
        method: [p for p in inspect.signature(function).parameters if p not in ("self", "db", "asking")] for method, function in members
    }


@pytest.mark.parametrize("name", PROMISES)
def test_a_service_keeps_exactly_the_promises_of_its_protocol(name):
    assert set(kept(name)) == set(promised(name))


@pytest.mark.parametrize("name", PROMISES)
def test_a_promise_takes_as_many_arguments_as_the_service(name):
    assert {method: len(names) for method, names in kept(name).items()} == {method: len(names) for method, names in promised(name).items()}


@pytest.mark.parametrize("name", PROMISES)
def test_every_rpc_method_declares_a_known_need(name):
    needs = {member.needs for _, member in inspect.getmembers(service_class(name), lambda member: hasattr(member, "needs"))}
    assert needs <= {INTERNAL, SIGNED_IN, *CAPABILITIES}
