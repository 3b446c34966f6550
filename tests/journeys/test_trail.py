"""The trail over HTTP: seen, proved, handed out and verified by somebody who has nothing but the file and the program."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy import audit_verifier
from services.audit import tree
from tests.visitors import wait_for

VERIFIER = Path(audit_verifier.__file__)


@pytest.fixture
def firm(site):
    return site.firm()


def exported(person, folder: Path) -> Path:
    answer = person.get("/api/audit/export")
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "application/jsonl"), answer
    file = folder / "rastro.jsonl"
    file.write_text(answer.body)
    return file


def verify(file: Path, *words: str) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-I", VERIFIER, file, *words], capture_output=True, text=True, check=False)


def test_a_firm_hands_out_its_trail_and_anybody_can_verify_it(firm, tmp_path):
    firm.group("Fiscal")
    wait_for(firm.admin, "/api/audit", lambda body: body["total"], act="access.group_changed")
    file = exported(firm.admin, tmp_path)
    key = firm.admin.get("/api/audit/checkpoint").body["public_key"]
    right = verify(file, "--public-key", key)
    assert (right.returncode, right.stdout.partition(":")[0]) == (0, "Correcto"), right.stdout
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:2] + lines[3:]))
    wrong = verify(file, "--public-key", key)
    assert (wrong.returncode, wrong.stdout.startswith("Asiento 2: falta")) == (1, True), wrong.stdout


def test_an_entry_is_proved_over_http(firm, tmp_path):
    exported(firm.admin, tmp_path)
    (entry,) = firm.admin.get("/api/audit", act="export_trail").body["items"]
    proof = firm.admin.get(f"/api/audit/proof/{entry['id']}").body
    path, checkpoint = [bytes.fromhex(one) for one in proof["path"]], proof["checkpoint"]
    leaf = bytes.fromhex(proof["digest"])
    assert tree.proves_inclusion(leaf, entry["seq"] - 1, checkpoint["size"], path, bytes.fromhex(checkpoint["root"]))
    same = firm.admin.get("/api/audit/consistency", first=checkpoint["size"], second=checkpoint["size"]).body
    assert (same["first"], same["path"]) == (checkpoint, [])


def test_the_digest_of_an_entry_is_computed_again_from_its_proof_alone(firm, tmp_path):
    exported(firm.admin, tmp_path)
    (entry,) = firm.admin.get("/api/audit", act="export_trail").body["items"]
    proof = firm.admin.get(f"/api/audit/proof/{entry['id']}").body
    form = json.dumps(proof["entry"], sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(b"\0" + form.encode()).hexdigest() == proof["digest"] == entry["digest"]


def test_a_sign_in_is_in_the_trail_with_who_and_from_where(firm):
    (entry,) = firm.admin.get("/api/audit", act="sign_in").body["items"]
    assert entry["user_id"] == entry["subject"] and entry["detail"]["address"]


@pytest.mark.parametrize(
    "path", ["/api/audit", "/api/audit/checkpoint", "/api/audit/proof/x", "/api/audit/consistency?first=1", "/api/audit/export"]
)
def test_who_may_not_read_the_trail_gets_none_of_it(firm, path):
    operator = firm.user("operator")
    assert operator.get(path).status == 403
    assert firm.site.visitor().get(path).status == 401


def test_what_is_not_there_is_not_found_and_what_is_no_number_is_named(firm):
    assert firm.admin.get("/api/audit/proof/nothing").status == 404
    answer = firm.admin.get("/api/audit/consistency", first="x")
    assert (answer.status, set(answer.body["errors"])) == (422, {"first"})


def test_an_operator_exports_and_verifies_with_commands(firm, tmp_path):
    tenant_id = firm.admin.get("/api/me").body["tenant"]["id"]
    file = tmp_path / "rastro.jsonl"
    firm.site.command("audit", "export", tenant_id, str(file))
    key = firm.site.command("audit", "key").split()[1]
    assert firm.site.command("audit", "verify", str(file), "--public-key", key).startswith("Correcto")
    assert file.stat().st_mode & 0o777 == 0o600
