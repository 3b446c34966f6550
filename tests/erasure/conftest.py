"""A client that was erased and a firm that was erased, each once a world, beside others who stay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from services.catalogue import databases
from tests.erasure.stocked import Stock, digest_of, kept_events, rows_of, words_stored
from tests.worlds import until


@dataclass
class Gone:
    """`late`: the events that were kept of it before, `held`: the rows there were. `other` stays: `before` says what it had."""

    stock: Stock
    other: Stock
    late: list[dict[str, str]]
    held: dict[str, list[str]]
    before: Any


@pytest.fixture(scope="session")
def erased_client(world, bodies):
    """Two clients of one firm; one is gone."""
    stock = Stock(world, bodies)
    other = Stock(world, bodies, stock.firm)
    late, held, before = kept_events(world, stock.tenant_id), rows_of(stock), words_stored(other)
    stock.erase()
    until(stock.is_gone, "nothing of the client is left")
    return Gone(stock, other, late, held, before)


@pytest.fixture(scope="session")
def erased_firm(world, bodies):
    """Two firms; one is gone, as the operator's command does it."""
    stock, other = Stock(world, bodies), Stock(world, bodies)
    stock.admin.access.create_group({"name": f"Grupo de {stock.firm.name}"})
    stock.admin.sign_in.issue_token({"name": f"Programa de {stock.firm.name}"})
    late, held, before = kept_events(world, stock.tenant_id), rows_of(stock), digest_of(world, other.tenant_id)
    world.nobody.access.suspend_tenant(stock.tenant_id)
    world.nobody.access.erase_tenant(stock.tenant_id)
    until(lambda: is_over(world, stock.tenant_id), "every service says that nothing of the firm is left")
    return Gone(stock, other, late, held, before)


def is_over(world, tenant_id):
    states = [getattr(world.nobody, service).erasure(tenant_id) for service in databases()]
    return all(state["is_done"] and not state["rows_left"] for state in states)
