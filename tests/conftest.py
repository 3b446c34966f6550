"""What every test can ask for. Eventlet patches before anything else is imported, as in every process of the product."""

import eventlet

eventlet.monkey_patch()

import shutil  # noqa: E402
import tempfile  # noqa: E402
from collections import Counter  # noqa: E402
from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

from deploy.private_servers import private_servers  # noqa: E402
from tests import worlds  # noqa: E402

VAR = Path(__file__).parents[1] / "var" / "tests"
WORLDS = ("embedded", "deployed")


@pytest.fixture(scope="session")
def servers():
    """Private RabbitMQ and PostgreSQL, below var/ because PostgreSQL's own user must be able to get there."""
    VAR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=VAR))
    folder.chmod(0o755)
    with private_servers(folder) as started:
        yield started
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", params=WORLDS)
def world(request, tmp_path_factory):
    """All services in one of the two worlds, started once; a test takes a firm of its own from it (`world.firm()`)."""
    folder = tmp_path_factory.mktemp(request.param)
    needed = [request.getfixturevalue("servers")] if request.param == "deployed" else []
    with getattr(worlds, request.param)(folder, *needed) as started:
        yield started


def pytest_terminal_summary(terminalreporter):
    """Say in how many tests each world was gone through."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    count = Counter(kind for node in passed for kind in WORLDS if f"[{kind}" in node or f"-{kind}" in node)
    terminalreporter.write_line(f"both worlds: {count['embedded']} passed embedded, {count['deployed']} passed on RabbitMQ and PostgreSQL")
