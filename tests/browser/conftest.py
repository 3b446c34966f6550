"""The demo and the browser of all tests here, and the visits of each."""

from __future__ import annotations

import os
from random import Random

import pytest
from eventlet.patcher import is_monkey_patched
from playwright.sync_api import expect, sync_playwright

from deploy.sandbox.people import invent_company
from tests.browser.demo import running_demo
from tests.browser.visits import PATIENCE_MS, Visits
from tests.conftest import own_folder
from tests.worlds import numbers

collect_ignore_glob = ["test_*.py"] if is_monkey_patched("thread") else []
CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="session")
def demo():
    with own_folder() as folder, running_demo(folder) as running:
        yield running


@pytest.fixture(scope="session")
def browser():
    expect.set_options(timeout=PATIENCE_MS)
    # As root, Chromium has no sandbox of its own to put its pages in.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield started
        started.close()


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
