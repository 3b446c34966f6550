"""What every test can ask for."""

import contextlib
import os
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from deploy.private_servers import private_servers
from deploy.sandbox.client import started_sandbox
from services.browser import own_firefox
from services.chassis.garbage import spare_what_is_loaded
from tests import sites, worlds
from tests.browser_service import offices

# The same examples each time, and none fails for being slow.
NO_FAULTS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
settings.register_profile("house", derandomize=True, deadline=None, database=None, suppress_health_check=NO_FAULTS)
settings.load_profile("house")
VAR = Path(__file__).parents[1] / "var" / "tests"
WORLDS = ("embedded", "deployed")
# Nothing is opened on the screen of whoever runs the tests.
for screen in own_firefox.SCREENS:
    os.environ.pop(screen, None)


@contextlib.contextmanager
def own_folder():
    """Below var/, because PostgreSQL's own user must be able to get there."""
    VAR.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=VAR))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def servers():
    """Private RabbitMQ and PostgreSQL."""
    with own_folder() as folder, private_servers(folder) as started:
        yield started


@contextlib.contextmanager
def started_site(kind):
    """The product in real processes behind an address, in one of the two worlds, with a sandbox of its own."""
    with own_folder() as folder, started_sandbox(folder / "sandbox") as sandbox, contextlib.ExitStack() as stack:
        # A broker of its own: it would share its queues with the services that run inside the tests' process.
        needed = [stack.enter_context(private_servers(folder / "servers"))] if kind == "deployed" else []
        yield stack.enter_context(getattr(sites, kind)(folder, sandbox, *needed))


@pytest.fixture(scope="session", params=WORLDS)
def site(request):
    with started_site(request.param) as site:
        yield site


@pytest.fixture(scope="session")
def bodies(tmp_path_factory):
    """The stand-ins for the public bodies that both worlds ask. Shared: a test plants and orders only for tax ids of its own."""
    with started_sandbox(tmp_path_factory.mktemp("bodies")) as sandbox:
        yield sandbox


# The journeys go through both worlds in `make test`; what each service does by itself is asked there where most of them will live, and in
# the other world by `make test-full`.
@pytest.fixture(scope="session", params=[pytest.param("embedded", marks=pytest.mark.full), "deployed"])
def world(request, tmp_path_factory, bodies):
    """All services in one of the two worlds, started once; a test takes a firm of its own from it (`world.firm()`)."""
    folder = tmp_path_factory.mktemp(request.param)
    needed = [request.getfixturevalue("servers")] if request.param == "deployed" else []
    asked = {
        "dehu_url": bodies.url,
        "teu_url": bodies.url,
        "bodies_ca_file": bodies.ca_file,
        "body_timeout_s": 3,
        "password_memory_kib": worlds.CHEAP_KIB,
    }
    asked |= {"teu_source": "on", "teu_requests_per_s": 0.0}
    asked |= {"browser_hosts": f"{offices.HOST}=127.0.0.1 {offices.OTHER}=127.0.0.1"}
    asked |= {"trusted_networks": sites.LOOPBACK, "trusted_ca_file": bodies.ca_file}
    with getattr(worlds, request.param)(folder, *needed, **asked) as started:
        yield started


def pytest_collection_finish():
    spare_what_is_loaded()


def pytest_terminal_summary(terminalreporter):
    """Say in how many tests each world was gone through."""
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    count = Counter(kind for node in passed for kind in WORLDS if f"[{kind}" in node or f"-{kind}" in node)
    terminalreporter.write_line(f"both worlds: {count['embedded']} passed embedded, {count['deployed']} passed on RabbitMQ and PostgreSQL")
