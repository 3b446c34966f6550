"""Processes of the whole product and its servers die; what was accepted arrives, once."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from deploy.private_servers import private_servers
from deploy.sandbox.client import started_sandbox
from tests import people, sites
from tests.conftest import own_folder
from tests.journeys.portfolio import a_company, register, sync_now, with_mailbox
from tests.visitors import wait_for
from tests.worlds import START_PATIENCE_S, numbers, until


@pytest.fixture
def embedded():
    """A `casillero run` that this test may kill."""
    with own_folder() as folder, started_sandbox(folder / "sandbox") as sandbox, sites.embedded(folder, sandbox) as site:
        yield site


@pytest.fixture(scope="module")
def deployed():
    """A process a service, and servers that are its own."""
    with (
        own_folder() as folder,
        started_sandbox(folder / "sandbox") as sandbox,
        private_servers(folder / "servers") as own,
        sites.deployed(folder, sandbox, own, sites.ONE_EACH) as site,
    ):
        site.servers = own
        yield site


def restart(site):
    run = site.processes["run"]
    run.kill()
    ready = site.data.parent / "ready.json"
    ready.unlink()
    run.start()
    site.url = until(lambda: sites.listening_at(ready, run), "casillero run is ready again", START_PATIENCE_S)


@pytest.mark.full
def test_killed_at_any_moment_while_mailboxes_are_read_the_embedded_product_loses_and_doubles_nothing(embedded):
    firm = embedded.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    clients = [with_mailbox(firm, manager) for _ in range(4)]
    planted = embedded.sandbox.many([client.party.tax_id for client in clients], 60, seed=next(numbers))
    moment = Random(20261124)
    for _ in range(3):
        enough = requests_of(embedded) + moment.randrange(1, 12)
        while requests_of(embedded) < enough:
            for client in clients:
                sync_now(manager, client)
        restart(embedded)
        manager.url = firm.admin.url = embedded.url
    for client in clients:
        wait_for(manager, f"/api/syncs/{sync_now(manager, client)}", lambda body: body["state"] == "done")
    page = wait_for(manager, "/api/notifications", lambda body: body["total"] == len(planted), page_size=200)
    found = page["items"] + manager.get("/api/notifications", page=2, page_size=200).body["items"]
    assert Counter(item["reference"] for item in found) == Counter(row["reference"] for row in planted)


@pytest.mark.full
@pytest.mark.parametrize("kind", ["embedded", "deployed"])
def test_killed_in_the_middle_of_an_import_it_goes_on_by_itself_and_brings_each_client_once(request, kind):
    site = request.getfixturevalue(kind)
    admin = site.firm().admin
    rows = [f"{people.tax_id()};Cliente {number}" for number in range(2_000)]
    file = {"file": ("clientes.csv", "\n".join(["tax_id;name", *rows]))}
    job_id = admin.call("POST", "/api/clients/import", files=file).body["id"]
    wait_for(admin, f"/api/jobs/{job_id}", lambda job: job["position"])
    if kind == "embedded":
        restart(site)
        admin.url = site.url
    else:
        site.processes["clients"].kill()
        site.processes["clients"].start()
    job = wait_for(admin, f"/api/jobs/{job_id}", lambda job: job["state"] == "done")
    assert job["counts"] == {"created": len(rows)}
    assert admin.get("/api/clients").body["total"] == len(rows)


def requests_of(site):
    return sum(row["count"] for row in site.sandbox.requests(body="dehu"))


def test_while_the_broker_is_away_calls_answer_503_and_what_was_accepted_before_arrives_later(deployed):
    firm = deployed.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    register(manager, a_company())
    deployed.servers.kill_rabbitmq()
    away = manager.get("/api/clients")
    assert (away.status, away.body["code"]) == (503, "away")
    assert int(away.headers["Retry-After"]) > 0
    assert manager.get("/readyz").status == 503
    deployed.servers.start_rabbitmq()
    wait_for(manager, "/api/clients", lambda body: body["total"] == 1)
    client = with_mailbox(firm, manager)
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])


def test_while_the_database_is_away_calls_answer_503_and_reading_goes_on_afterwards(deployed):
    firm = deployed.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    deployed.servers.stop_postgresql()
    away = manager.get("/api/clients")
    assert (away.status, away.body["code"], "Retry-After" in away.headers) == (503, "away", True)
    deployed.servers.start_postgresql()
    deployed.sandbox.notice(client.party.tax_id, client.party.name, "Después")
    wait_for(manager, "/api/clients", lambda body: body["total"] == 1)
    wait_for(manager, f"/api/syncs/{sync_now(manager, client)}", lambda body: body["state"] == "done")
    assert wait_for(manager, "/api/notifications", lambda body: body["total"] == 1)["items"][0]["subject"] == "Después"


def test_a_reading_that_met_a_database_away_is_taken_up_again_by_itself(deployed):
    """Its worker lives on, and must not keep the mailbox that it left."""
    firm = deployed.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])
    deployed.sandbox.many([client.party.tax_id], 120, seed=next(numbers))
    deployed.sandbox.fault("slow", value=2)
    sync_id = sync_now(manager, client)
    wait_for(manager, f"/api/syncs/{sync_id}", lambda body: body["pages_read"] >= 1)
    deployed.servers.stop_postgresql()
    until(lambda: "check_abandoned" in logs_of_workers(deployed), "a worker has left its check")
    deployed.servers.start_postgresql()
    deployed.sandbox.clear_faults()
    wait_for(manager, f"/api/syncs/{sync_id}", lambda body: body["state"] == "done")
    assert wait_for(manager, "/api/notifications", lambda body: body["total"] == 120)["total"] == 120


def logs_of_workers(site):
    return "".join(site.processes[name].log.read_text() for name in ("sync_worker 1", "sync_worker 2"))


def test_a_sync_worker_that_dies_is_replaced_by_another_and_nothing_is_read_twice_into_the_inbox(deployed):
    firm = deployed.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    client = with_mailbox(firm, manager)
    deployed.sandbox.many([client.party.tax_id], 120, seed=next(numbers))
    deployed.sandbox.fault("slow", value=0.3)
    sync_id = sync_now(manager, client)
    wait_for(manager, f"/api/syncs/{sync_id}", lambda body: body["pages_read"] >= 1)
    for name in ("sync_worker 1", "sync_worker 2"):
        deployed.processes[name].kill()
        deployed.processes[name].start()
    wait_for(manager, f"/api/syncs/{sync_now(manager, client)}", lambda body: body["state"] == "done")
    assert wait_for(manager, "/api/notifications", lambda body: body["total"] == 120)["total"] == 120
