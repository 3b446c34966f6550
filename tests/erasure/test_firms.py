"""A firm is erased: nothing of it is left but its trail, nothing late brings it back, other firms lose nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.audit.entry import digest
from services.audit.models import Entry
from services.catalogue import databases
from services.chassis.asking import Asking
from services.chassis.erasing import finish
from services.chassis.holdings import destroy_some, rows_left, tables_of_firms
from services.chassis.insert import insert_new
from services.contracts.errors import Conflict, NotFound
from services.contracts.message import new_id, utc_now
from services.notifications.models import KnownClient
from tests.erasure.conftest import is_over
from tests.erasure.stocked import Stock, digest_of, in_files, send_again, stored
from tests.worlds import until

STAYS = ("erased ", "outbox ", "handled ", "leases ", "parked ", "entries ", "trails ", "nodes ", "checkpoints ")
"""Ids, states and instants."""


def left_of(gone):
    return [row for service in databases() for row in stored(gone.stock.world, service, gone.stock.tenant_id) if not row.startswith(STAYS)]


def test_nothing_of_an_erased_firm_is_left_but_ids_and_its_trail(erased_firm):
    stock = erased_firm.stock
    assert all(erased_firm.held.values()) and left_of(erased_firm) == []
    words = [*stock.words, stock.firm.name]
    assert not [row for service in databases() for row in stored(stock.world, service) if any(word in row for word in words)]


def test_no_file_of_a_database_holds_a_word_of_an_erased_firm(erased_firm):
    until(lambda: not in_files(erased_firm.stock), "no word is left in any file")
    assert in_files(erased_firm.other)


def test_the_trail_of_an_erased_firm_still_verifies(erased_firm):
    stock = erased_firm.stock
    before = [row for row in erased_firm.held["audit"] if row.startswith("entries ")]
    with stock.world.store("audit").begin(Asking(tenant_id=stock.tenant_id)) as db:
        entries = db.scalars(select(Entry).order_by(Entry.seq)).all()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)) and len(entries) > len(before)
    assert all(entry.digest == digest(vars(entry)) for entry in entries)
    assert set(before) <= set(stored(stock.world, "audit", stock.tenant_id))


def test_another_firm_loses_nothing(erased_firm):
    other = erased_firm.other
    assert digest_of(other.world, other.tenant_id) == erased_firm.before
    assert other.is_everywhere()


def test_what_is_heard_late_of_an_erased_firm_brings_nothing_back(erased_firm):
    stock = erased_firm.stock
    send_again(stock.world, erased_firm.late)
    after = Stock(stock.world, stock.bodies)
    assert after.is_everywhere() and left_of(erased_firm) == []


def test_erasing_a_firm_twice_is_erasing_it_once(erased_firm):
    stock = erased_firm.stock
    stock.world.nobody.access.erase_tenant(stock.tenant_id)
    assert is_over(stock.world, stock.tenant_id)


def test_a_firm_that_is_not_suspended_is_not_erased(world):
    firm = world.firm()
    with pytest.raises(Conflict, match="casillero tenant suspend"):
        world.nobody.access.erase_tenant(firm.tenant_id)
    with pytest.raises(NotFound):
        world.nobody.access.erase_tenant(new_id())


def test_what_was_being_written_when_a_client_was_erased_is_found_by_the_second_look(world):
    """Whoever began before the mark commits after it."""
    firm, service, client_id = world.firm(), world.runner.service_map["notifications"].service_cls(), new_id()
    store = service.db = world.store("notifications")
    with store.begin(Asking(tenant_id=firm.tenant_id)) as db:
        rows = [{"id": client_id, "tenant_id": firm.tenant_id, "at": utc_now() - timedelta(hours=1), "next_at": None}]
        insert_new(db, store.model.Erased, rows, store.model.Erased.id)
        db.add(KnownClient(client_id=client_id, search_text="Quien llegó tarde"))
    finish(service, firm.tenant_id, [client_id])
    with store.begin(Asking(tenant_id=firm.tenant_id)) as db:
        assert db.get(KnownClient, client_id) is None
        assert db.get(store.model.Erased, client_id).next_at is None


def test_an_erasing_that_was_killed_midway_goes_on(world):
    """One row of each table is gone already, as whoever was killed leaves it."""
    firm, service = world.firm(), world.runner.service_map["access"].service_cls()
    service.db = world.store("access")
    with service.db.begin(Asking(tenant_id=firm.tenant_id)) as db:
        gone = sum(destroy_some(db, table, 1) for table in tables_of_firms(service.db.model))
    assert gone > 1 and rows_left(service.db, firm.tenant_id, ()) > 0
    for _ in range(2):
        finish(service, firm.tenant_id, [firm.tenant_id])
        assert rows_left(service.db, firm.tenant_id, ()) == 0
