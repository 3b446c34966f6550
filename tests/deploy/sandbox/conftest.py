"""A running sandbox of its own for these tests, and a client of it that shares no line with it: requests are signed by xmlsec1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.sandbox.client import Sandbox, started_sandbox
from tests.deploy.sandbox.lema_caller import Caller, caller_with

HOLDER = "B12345674"
FIRM = "B28260008"


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with started_sandbox(tmp_path_factory.mktemp("sandbox")) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    # A reset keeps who may ask for whom: each test begins with a firm that nobody named.
    running.registration(FIRM)
    return running


@pytest.fixture(scope="session")
def holder_files(running: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return caller_with(running, HOLDER, "EMPRESA SL", tmp_path_factory.mktemp("holder"))


@pytest.fixture(scope="session")
def firm_files(running: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return caller_with(running, FIRM, "DESPACHO SL", tmp_path_factory.mktemp("firm"))


@pytest.fixture
def holder(sandbox: Sandbox, holder_files: Path) -> Caller:
    return Caller(sandbox, holder_files)


@pytest.fixture
def firm(sandbox: Sandbox, firm_files: Path) -> Caller:
    return Caller(sandbox, firm_files)
