"""A firm of the test's own, and its administrator at a browser without JavaScript."""

from __future__ import annotations

import pytest

from tests.conftest import started_site
from tests.sites import WORLDS_OF_ONE_QUESTION
from tests.web.pages import browser_of


# A page is the same templates and calls in both worlds: the journeys go through both, this folder in `make test` through one.
@pytest.fixture(scope="session", params=WORLDS_OF_ONE_QUESTION)
def site(request):
    with started_site(request.param) as site:
        yield site


@pytest.fixture
def firm(site):
    return site.firm()


@pytest.fixture
def admin(firm):
    return browser_of(firm.admin)
