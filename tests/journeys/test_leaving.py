"""A client asks to be forgotten; a firm takes its data away and goes. Over HTTP and with the operator's commands."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta

import pytest

from tests.journeys.portfolio import notified, sync_now, with_mailbox
from tests.sites import CASILLERO, WORLDS_OF_ONE_QUESTION
from tests.visitors import wait_for
from tests.worlds import START_PATIENCE_S, until

pytestmark = pytest.mark.parametrize("site", WORLDS_OF_ONE_QUESTION, indirect=True)  # Every command is a process that loads much.
AN_HOUR_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)


@pytest.fixture
def office(site):
    """A firm with a client, whose notice is in the inbox."""
    firm = site.firm()
    manager = firm.user("manager", [firm.group("Todos")])
    firm.client = with_mailbox(firm, manager, party=notified(site, "Requerimiento", available_at=AN_HOUR_AGO))
    sync_now(manager, firm.client)
    wait_for(manager, "/api/notifications", lambda body: body["total"] == 1)
    return firm


def refused(site, *words):
    done = subprocess.run([CASILLERO, *words], env=site.environment, capture_output=True, text=True, timeout=START_PATIENCE_S, check=False)
    assert done.returncode == 2, done.stdout
    return done.stderr


def test_a_client_who_asks_for_it_is_forgotten(office):
    address = f"/api/clients/{office.client.id}"
    confirmation = {"tax_id": office.client.party.tax_id, "reason": "objection"}
    assert office.admin.post(f"{address}/erase", confirmation).status == 409
    assert office.admin.delete(address).status == 204
    assert office.admin.post(f"{address}/erase", confirmation | {"tax_id": "B00000000"}).status == 422
    assert office.admin.post(f"{address}/erase", confirmation).status == 204
    assert office.admin.get(address).status == 404
    until(lambda: office.admin.get("/api/mailboxes").body["total"] == 0)
    until(lambda: office.admin.get("/api/notifications").body["total"] == 0)
    assert office.admin.get("/api/audit", act="erase_client").body["total"] == 1


def test_a_firm_takes_everything_away_in_one_file_but_no_key_and_its_trail_is_whole(site, office, tmp_path):
    file = tmp_path / "despacho.zip"
    said = site.command("tenant", "export", office.name, str(file))
    assert str(file) in said and file.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for each in manifest["files"]:
            content = archive.read(each["name"])
            assert (hashlib.sha256(content).hexdigest(), content.count(b"\n")) == (each["sha256"], each["rows"])
        (client,) = map(json.loads, archive.read("clients/clients.jsonl").splitlines())
        assert client["tax_id"] == office.client.party.tax_id
        (certificate,) = map(json.loads, archive.read("keyring/certificates.jsonl").splitlines())
        assert client["name"] and certificate["serial"]
        assert not {"keyring/keys.jsonl", "keyring/tenant_keys.jsonl"} & set(archive.namelist())
        (person, *_) = map(json.loads, archive.read("sign_in/credentials.jsonl").splitlines())
        assert "password_hash" not in person
        archive.extract("audit/trail.jsonl", tmp_path)
    site.command("audit", "verify", str(tmp_path / "audit" / "trail.jsonl"))
    assert office.admin.get("/api/audit", act="export_tenant").body["total"] == 1


def test_a_file_that_is_there_is_never_overwritten(site, tmp_path):
    file = tmp_path / "otra cosa"
    file.write_text("otra cosa")
    assert "ya existe" in refused(site, "tenant", "export", site.firm().name, str(file))
    assert file.read_text() == "otra cosa"


def test_a_firm_goes_for_good_when_it_is_suspended_and_named_and_no_log_knows_its_clients(site, office):
    tenant_id = next(firm["id"] for firm in site.ask("access", "tenants") if firm["name"] == office.name)
    assert "casillero tenant suspend" in refused(site, "tenant", "erase", office.name, "--confirm", office.name)
    site.command("tenant", "suspend", office.name)
    assert "no se ha borrado nada" in refused(site, "tenant", "erase", office.name, "--confirm", "otro")
    assert "docs/erasure.md" in site.command("tenant", "erase", office.name, "--confirm", office.name)
    assert office.admin.get("/api/me").status == 401
    assert site.visitor().sign_in(office.admin.email, office.admin.password).status == 401
    assert "Borrado" in site.command("tenant", "erase", tenant_id)
    assert refused(site, "tenant", "erase", office.name, "--confirm", office.name)
    logs = "".join(process.log.read_text(errors="replace") for process in site.processes.values())
    assert logs and office.client.party.tax_id not in logs and office.client.party.name not in logs
