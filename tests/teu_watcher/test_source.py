"""Whether the bulletin is read at all is the host's to say."""

from __future__ import annotations

import pytest

from services.contracts.errors import Conflict, Invalid
from services.contracts.rpc import INTERNAL
from services.teu_watcher import source
from services.teu_watcher.service import TeuWatcherService
from tests.people import tax_id
from tests.teu_watcher.house import days_ago, edict, opened


@pytest.fixture
def house(tmp_path):
    with opened(tmp_path, teu_source="off") as ours:
        yield ours


def switch(house, is_on: bool, reason: str = "Acuerdo con la agencia", setting: str = "off") -> dict:
    with house.store.begin() as db:
        source.switch(db, setting, is_on, reason)
        return source.described(db, setting)


def test_it_is_off_at_first_and_says_why(house):
    with house.store.begin() as db:
        shown = source.described(db, "off")
    assert not shown["is_on"] and "robots.txt" in shown["reason"] and "casillero teu on" in shown["reason"]


def test_once_switched_on_it_is_read_and_says_the_operators_reason(house):
    assert switch(house, True) == {"is_on": True, "reason": "Acuerdo con la agencia"}
    house.look()
    assert house.coverage()["watching_since"] is not None


def test_switched_off_again_days_become_gaps_and_nothing_is_fetched(house):
    switch(house, True)
    house.look()
    switch(house, False, "Revisión")
    house.stand_in.asked.clear()
    with house.store.begin() as db:
        source.source_row(db).watching_since = days_ago(2)
    house.look()
    assert house.stand_in.asked == []
    assert [gap["date"] for gap in house.coverage()["gaps"]] == [days_ago(2).isoformat(), days_ago(1).isoformat()]


def test_days_that_passed_while_it_was_off_are_caught_up(house):
    switch(house, True)
    house.look()
    switch(house, False)
    with house.store.begin() as db:
        source.source_row(db).watching_since = days_ago(2)
    for day in (days_ago(2), days_ago(1)):
        house.bulletin.publish(day, [edict(tax_id())])
    switch(house, True)
    house.read(days_ago(1))
    assert house.coverage()["days_read"] == [days_ago(2).isoformat(), days_ago(1).isoformat()]


def test_a_switch_without_reason_is_refused(house):
    with pytest.raises(Invalid):
        switch(house, True, " ")


def test_settings_that_keep_it_on_are_not_overruled_silently(house):
    with pytest.raises(Conflict, match="CASILLERO_TEU_SOURCE"):
        switch(house, False, setting="on")


def test_the_switch_is_an_operators(house):
    assert TeuWatcherService.switch_source.needs == INTERNAL
