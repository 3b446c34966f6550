"""What every test can ask for. Eventlet patches before anything else is imported, as in every process of the product."""

import eventlet

eventlet.monkey_patch()

from pathlib import Path  # noqa: E402

import pytest  # noqa: E402

from tests import worlds  # noqa: E402


@pytest.fixture(scope="session", params=["embedded", "deployed"])
def world(request, tmp_path_factory):
    """All services in one of the two worlds, started once; a test takes a firm of its own from it (`world.firm()`)."""
    folder: Path = tmp_path_factory.mktemp(request.param)
    with getattr(worlds, request.param)(folder) as started:
        yield started
