"""A firm of the test's own, and its administrator at a browser without JavaScript."""

from __future__ import annotations

import pytest

from tests.web.pages import browser_of


@pytest.fixture
def firm(site):
    return site.firm()


@pytest.fixture
def admin(firm):
    return browser_of(firm.admin)
