"""A connector is found by being there."""

from __future__ import annotations

import pytest

from services.mailbox_sync.connecting import BodySettings
from services.mailbox_sync.connectors import connector_for, modules


def test_each_connector_answers_for_the_body_it_was_found_under() -> None:
    settings = BodySettings("https://127.0.0.1:1")
    assert "dehu" in modules() and all(connector_for(body, settings).body == body for body in modules())


def test_a_body_that_no_connector_reads_is_named_with_those_that_exist() -> None:
    with pytest.raises(LookupError, match=r"'nadie'.*dehu"):
        connector_for("nadie", BodySettings("https://127.0.0.1:1"))


def test_no_connector_offers_an_opening() -> None:
    offered = {name for module in modules().values() for name in dir(module.connect(BodySettings("https://127.0.0.1:1")))}
    assert {name for name in offered if not name.startswith("_")} == {"body", "clock", "pages"}
