"""Everything that `/api/openapi.json` describes, called with what fits the description and with what does not (Schemathesis).

No answer may be a fault of ours, have a status or a content type that is not described, or a body that is not of the described shape. The
requests are drawn from a fixed seed. Signing out is the only call left out: it would end the visit.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.portfolio import notified, with_mailbox
from tests.visitors import wait_for

SEED = 20260309
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance,"
    "negative_data_rejection,unsupported_method,missing_required_header"
)
# Its own list of how wrong data may be refused, and 414 of the web server for an address that is too long to be read.
CONFIGURATION = """
[checks]
negative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 409, 413, 414, 415, 422, 428, 429, "5xx"]
"""
CONSOLE = str(Path(sys.executable).with_name("schemathesis"))
HOOKS = "tests.journeys.schemathesis_hooks"
ROOT = Path(__file__).parents[2]
embedded_only = pytest.mark.parametrize("site", ["embedded"], indirect=True)


def furnished(site, role: str):
    """A firm that has something of everything, and three people of the role."""
    firm = site.firm()
    group = firm.group("Todos")
    manager = firm.user("manager", [group])
    client = with_mailbox(firm, manager, [group], party=notified(site, "Requerimiento"))
    wait_for(manager, f"/api/mailboxes/{client.mailbox_id}", lambda body: body["last_complete_check_at"])
    return [firm.user(role, [group]) for _ in range(3)]


def fuzzed(site, tmp_path, role: str, credential: str, *options: str) -> subprocess.CompletedProcess:
    people = [{"email": person.email, "password": person.password} for person in furnished(site, role)]
    asked = {"CASILLERO_FUZZ_URL": site.url, "CASILLERO_FUZZ_PEOPLE": json.dumps(people), "CASILLERO_FUZZ_AS": credential}
    environment = os.environ | asked | {"SCHEMATHESIS_HOOKS": HOOKS, "PYTHONPATH": str(ROOT), "NO_PROXY": "*"}
    command = [CONSOLE, "run", f"{site.url}/api/openapi.json", "--checks", CHECKS, "--seed", str(SEED), "--generation-deterministic"]
    command += ["--exclude-operation-id", "sessions_sign_out_delete", "--continue-on-failure", "--no-color", "--warnings", "off"]
    command += options
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.full
@embedded_only
@pytest.mark.parametrize(
    ("role", "credential", "phases"), [("administrator", "session", "examples,coverage,fuzzing"), ("operator", "token", "fuzzing")]
)
def test_no_call_breaks_or_answers_what_is_not_described(site, tmp_path, role, credential, phases):
    done = fuzzed(site, tmp_path, role, credential, "--phases", phases, "-n", "5", "--no-shrink")
    assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-2000:]


@pytest.mark.fuzz
@embedded_only
@pytest.mark.parametrize(("role", "credential"), [("administrator", "session"), ("manager", "session"), ("operator", "token")])
def test_no_call_of_very_many_breaks_or_answers_what_is_not_described(site, tmp_path, role, credential):
    done = fuzzed(site, tmp_path, role, credential, "--phases", "fuzzing,stateful", "-n", "15")
    assert done.returncode == 0, done.stdout[-30_000:] + done.stderr[-2000:]
