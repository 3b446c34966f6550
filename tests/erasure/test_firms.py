"""A firm is erased: nothing of it is left but its trail, nothing late brings it back, other firms lose nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from services.audit.entry import digest
from services.audit.models import Entry
from services.catalogue import databases
from services.chassis.asking import Asking
from services.chassis.holdings import destroy_some, rows_left, tables_of_firms
from services.contracts.errors import Conflict, NotFound
from services.contracts.message import new_id
from tests.erasure.stocked import Stock, digest_of, kept_events, send_again, stored
from tests.worlds import until

IDS_AND_STATES = ("erased ", "outbox ", "handled ", "leases ", "entries ", "trails ", "nodes ", "checkpoints ")
TICKING = ("due ", "turns ", "mailboxes ", "coverage ", "answers ", "certificates ")


def erase(stock):
    """As the operator's command does it, after its entry in the trail."""
    ask = stock.world.nobody
    ask.access.suspend_tenant(stock.tenant_id)
    ask.access.erase_tenant(stock.tenant_id)
    until(lambda: is_over(stock), "every service says that nothing is left")


def is_over(stock):
    states = [getattr(stock.world.nobody, service).erasure(stock.tenant_id) for service in databases()]
    return all(state["is_done"] and not state["rows_left"] for state in states)


def test_nothing_of_an_erased_firm_is_left_but_ids_and_its_trail(stock):
    words = [*stock.words, stock.firm.name]
    stock.admin.access.create_group({"name": f"Grupo de {stock.firm.name}"})
    assert stock.holders()
    erase(stock)
    for service in databases():
        left = list(stored(stock.world, service, stock.tenant_id))
        assert not [row for row in left if not row.startswith(IDS_AND_STATES)], service
        assert not [row for row in stored(stock.world, service) if any(word in row for word in words)], service


def test_the_trail_of_an_erased_firm_still_verifies(stock):
    before = stock.admin.audit.entries({})["total"]
    erase(stock)
    with stock.world.store("audit").begin(Asking(tenant_id=stock.tenant_id)) as db:
        entries = db.query(Entry).order_by(Entry.seq).all()
    assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1)) and len(entries) >= before
    assert all(entry.digest == digest(vars(entry)) for entry in entries)


def test_another_firm_loses_nothing(world, bodies, stock):
    other = Stock(world, bodies)
    before = digest_of(world, other.tenant_id, (*IDS_AND_STATES, *TICKING))
    erase(stock)
    assert digest_of(world, other.tenant_id, (*IDS_AND_STATES, *TICKING)) == before
    assert other.is_everywhere()


def test_what_is_heard_late_of_an_erased_firm_brings_nothing_back(world, stock):
    late = kept_events(world, stock.tenant_id)
    erase(stock)
    send_again(world, late)
    after = world.firm()
    client_id = after.admin.clients.register({"tax_id": stock.tax_id, "name": "Otra persona"})["id"]
    until(lambda: all(client_id in "".join(stored(world, service)) for service in ("keyring", "notifications", "mailbox_sync")))
    assert not [row for service in databases() for row in stored(world, service, stock.tenant_id) if not row.startswith(IDS_AND_STATES)]


def test_a_firm_that_is_not_suspended_is_not_erased(world):
    firm = world.firm()
    with pytest.raises(Conflict, match="casillero tenant suspend"):
        world.nobody.access.erase_tenant(firm.tenant_id)
    with pytest.raises(NotFound):
        world.nobody.access.erase_tenant(new_id())


def test_erasing_a_firm_twice_is_erasing_it_once(stock):
    erase(stock)
    stock.world.nobody.access.erase_tenant(stock.tenant_id)
    assert is_over(stock)


def test_an_erasing_that_was_killed_midway_goes_on(stock):
    """Some rows of each table are gone already, as whoever was killed leaves it."""
    store = stock.world.store("notifications")
    with store.begin(Asking(tenant_id=stock.tenant_id)) as db:
        gone = [destroy_some(db, table, 1) for table in tables_of_firms(store.model)]
    assert sum(gone) > 1 and rows_left(store, stock.tenant_id, ()) > 0
    erase(stock)
    assert rows_left(store, stock.tenant_id, ()) == 0


def test_no_file_of_a_database_holds_a_word_of_an_erased_firm(world, stock):
    """SQLite: the files themselves, journals too. PostgreSQL: all that a dump says."""
    words = [word.encode() for word in stock.words]
    assert any(word in files(world) for word in words)
    erase(stock)
    until(lambda: not [word for word in words if word in files(world)], "no word is left in any file")


def files(world) -> bytes:
    if world.kind == "embedded":
        return b"".join(path.read_bytes() for path in sorted(world.settings.data_dir.glob("*.db*")))
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))
    return subprocess.run([programs[-1], world.settings.migrate_url], capture_output=True, check=True, timeout=60).stdout
