"""A service that is killed leaves nothing: its browsers end with it, and nothing of them is in memory afterwards."""

from __future__ import annotations

import contextlib
import json

import pytest

from deploy.private_servers import private_servers
from services.browser.keeping import root_of
from services.chassis.settings import Settings
from tests import people, sites
from tests.browser_service.conftest import PASSWORD, WHY
from tests.browser_service.test_sessions import processes_of
from tests.conftest import own_folder
from tests.worlds import until

KEEPS_BROWSERS = {"embedded": "run", "deployed": "browser"}


@pytest.fixture(params=["embedded", "deployed"])
def site(request, bodies):
    with own_folder() as folder, contextlib.ExitStack() as stack:
        # A broker of its own: it would share its queues with the services that run inside the tests' process.
        needed = [stack.enter_context(private_servers(folder / "servers"))] if request.param == "deployed" else []
        yield stack.enter_context(getattr(sites, request.param)(folder, bodies, *needed))


def with_a_browser(site) -> str:
    """The id of an open session."""
    firm, tax_id = site.firm(), people.tax_id()
    admin, group_id = firm.admin, firm.group("Asesores")
    client = admin.post("/api/clients", {"tax_id": tax_id, "name": "GARCÍA PÉREZ, ANA", "group_ids": [group_id]}).body["id"]
    file = site.sandbox.certificate(tax_id, "GARCIA PEREZ ANA", PASSWORD)
    assert admin.upload(f"/api/clients/{client}/certificates", file, PASSWORD).status == 201
    opened = firm.user("operator", [group_id]).post(f"/api/clients/{client}/browser", {"reason": WHY})
    assert opened.status == 201, opened
    return opened.body["id"]


@pytest.mark.full
def test_nothing_is_left_when_the_service_is_killed(site):
    session_id = with_a_browser(site)
    root = root_of(Settings.from_env(site.environment))
    folder = root / session_id.replace("-", "")
    assert folder.is_dir() and processes_of(folder)
    site.processes[KEEPS_BROWSERS[site.kind]].kill()
    until(lambda: processes_of(folder) == [], "its processes are gone")
    until(lambda: not root.exists(), json.dumps([str(path) for path in root.glob("*")]))
