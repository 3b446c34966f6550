"""What a Casillero in one process writes into its folder, and how it begins."""

from __future__ import annotations

import json
import re

import pytest

from deploy.sandbox.client import started_sandbox
from tests import sites
from tests.conftest import own_folder
from tests.journeys.portfolio import notified, sync_now, with_mailbox
from tests.visitors import wait_for

IN_ONE_PROCESS = pytest.mark.parametrize("site", ["embedded"], indirect=True)


@IN_ONE_PROCESS
def test_logs_hold_no_tax_id_no_name_and_no_subject(site):
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager, party=notified(site, "Asunto que nadie debe leer"))
    manager.post("/api/clients", {"tax_id": "12345678A", "name": "Nombre Secreto"})
    wait_for(manager, f"/api/syncs/{sync_now(manager, client)}", lambda body: body["state"] == "done")
    text = (site.data / "casillero.log").read_text()
    canaries = [client.party.tax_id, client.party.name, "Asunto que nadie", "12345678A", "Nombre Secreto", manager.email, manager.password]
    assert [canary for canary in canaries if canary in text] == []
    assert all(json.loads(line) for line in text.splitlines())


def test_a_first_start_tells_the_first_administrator_a_link_that_works_once():
    with own_folder() as folder, started_sandbox(folder / "sandbox") as sandbox, sites.embedded(folder, sandbox) as fresh:
        link = re.search(r"http://\S+/primer-acceso/\S+", fresh.processes["run"].said())[0]
        path = link.removeprefix(fresh.url)
        visitor = fresh.visitor()
        founder = {"tenant": "Mi despacho", "name": "Ana", "email": "ana@mi.example", "password": "una frase bastante larga"}
        assert visitor.call("POST", path, data=founder).status == 302
        assert visitor.sign_in(founder["email"], founder["password"]).body["user"]["role"] == "administrator"
        assert visitor.call("POST", path, data=founder).status == 410


@IN_ONE_PROCESS
def test_keys_are_for_their_owners_eyes_only(site):
    modes = {(site.data / name).stat().st_mode & 0o777 for name in ("master.key", "sealing.key")}
    assert modes == {0o600}
