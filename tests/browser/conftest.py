"""The demo and the browser of all tests here, and the visits of each."""

from __future__ import annotations

from random import Random

import pytest
from eventlet.patcher import is_monkey_patched
from playwright.sync_api import expect

from deploy.sandbox.people import invent_company
from tests.browser.demo import running_demo
from tests.browser.starting import chromium
from tests.browser.visits import PATIENCE_MS, Visits
from tests.conftest import own_folder
from tests.worlds import numbers

collect_ignore_glob = ["test_*.py"] if is_monkey_patched("thread") else []


@pytest.fixture(scope="session")
def demo():
    with own_folder() as folder, running_demo(folder) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    expect.set_options(timeout=PATIENCE_MS)
    with chromium() as started:
        yield started


@pytest.fixture
def visits(browser, demo):
    """Every page is opened through it; the test fails when one of them had a fault."""
    opened = Visits(browser, demo)
    yield opened
    opened.close()


@pytest.fixture
def party():
    """A company that nobody acts for yet."""
    return invent_company(Random(f"browser {next(numbers)}"))
