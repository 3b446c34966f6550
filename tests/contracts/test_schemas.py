"""What a shape takes from the wire."""

from __future__ import annotations

import pytest

from services.contracts.schemas.clients import ClientChanges


@pytest.mark.parametrize("value", [0, 1, "false", "true", "", None, []])
def test_a_flag_is_true_or_false_and_nothing_that_looks_like_it(value):
    assert "archived" in ClientChanges().validate({"version": 1, "archived": value})


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_stays_what_it_is(value):
    assert ClientChanges().load({"version": 1, "archived": value})["archived"] is value
