"""A service that is killed leaves nothing: its browsers end with it, and nothing of them is in memory afterwards."""

from __future__ import annotations

import json

import pytest

from services.browser.keeping import root_of
from services.chassis.settings import Settings
from tests import people, sites
from tests.browser_service.conftest import PASSWORD, WHY
from tests.browser_service.test_sessions import processes_of
from tests.conftest import own_folder
from tests.worlds import until


@pytest.fixture
def site(bodies):
    with own_folder() as folder, sites.embedded(folder, bodies) as running:
        yield running


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


def test_nothing_is_left_when_the_service_is_killed(site):
    session_id = with_a_browser(site)
    root = root_of(Settings.from_env(site.environment))
    folder = root / session_id.replace("-", "")
    assert folder.is_dir() and processes_of(folder)
    site.processes["run"].kill()
    until(lambda: processes_of(folder) == [], "its processes are gone")
    until(lambda: not root.exists(), json.dumps([str(path) for path in root.glob("*")]))
