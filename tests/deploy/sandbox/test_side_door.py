"""The side door: what it takes, what it counts, what it refuses; and the program's start and end."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from deploy.sandbox import control
from deploy.sandbox.client import Sandbox, SandboxRefused, started_sandbox
from tests.deploy.sandbox.conftest import FIRM, HOLDER
from tests.deploy.sandbox.lema_caller import Caller


def posted(sandbox: Sandbox, name: str, content: object) -> tuple[int, str]:
    """Status and error of a refused call."""
    connection = http.client.HTTPConnection(sandbox.control_url.removeprefix("http://"), timeout=20)
    connection.request("POST", f"/_control/{name}", json.dumps(content))
    answer = connection.getresponse()
    return answer.status, json.load(answer)["error"]


def test_requests_are_counted_by_operation_and_answer(sandbox: Sandbox, holder: Caller) -> None:
    for _ in range(2):
        holder.localiza(HOLDER)
    holder.localiza(FIRM)
    rows = [(row["operation"], row["answer"], row["count"]) for row in sandbox.requests(body="dehu")]
    assert rows == [("Localiza", "200", 2), ("Localiza", "4101", 1)]


def test_requests_are_counted_by_holder_and_certificate_too(sandbox: Sandbox, firm: Caller) -> None:
    sandbox.registration(FIRM, [HOLDER])
    firm.localiza(HOLDER)
    rows = sandbox.requests(by="holder_tax_id,certificate", operation="Localiza")
    assert rows == [{"holder_tax_id": HOLDER, "certificate": FIRM, "count": 1}]


def test_a_planted_load_is_the_same_for_the_same_seed(sandbox: Sandbox) -> None:
    first = sandbox.many([HOLDER, FIRM], 3, seed=5)
    sandbox.reset()
    assert sandbox.many([HOLDER, FIRM], 3, seed=5) == first
    sandbox.reset()
    assert sandbox.many([HOLDER, FIRM], 3, seed=6) != first


def test_a_reference_is_put_once(sandbox: Sandbox) -> None:
    sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento", reference="a" * 20)
    with pytest.raises(SandboxRefused, match="already holds"):
        sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento", reference="a" * 20)


def test_the_mailboxes_can_be_looked_into(sandbox: Sandbox) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento", available_at=datetime(2026, 3, 10, 9, tzinfo=UTC))
    sandbox.clock(datetime(2026, 3, 11, tzinfo=UTC))
    (notice,) = sandbox.notices(holder_tax_id=HOLDER)
    assert (notice["reference"], notice["state"], notice["expires_at"]) == (reference, "PENDIENTE", "2026-03-20T23:00:00+00:00")


def test_a_load_planted_again_is_answered_again_and_changes_nothing(sandbox: Sandbox) -> None:
    first = sandbox.many([HOLDER], 2, seed=5)
    sandbox.elsewhere(first[0]["reference"])
    before = sandbox.notices()
    assert sandbox.many([HOLDER], 2, seed=5) == first and sandbox.notices() == before
    assert sandbox.many([HOLDER], 3, seed=5)[:2] == first and len(sandbox.notices()) == 3


def test_a_holder_is_known_however_the_tax_id_is_written(sandbox: Sandbox, holder: Caller, firm: Caller) -> None:
    written = "b-12.345.674"
    sandbox.notice(written, "EMPRESA SL", "Requerimiento")
    assert [row["holder_tax_id"] for row in sandbox.many([written, HOLDER], 1)] == [HOLDER]
    sandbox.registration("b 28260008", [written])
    assert len(firm.localiza(HOLDER).texts("item")) == len(sandbox.notices(holder_tax_id=written)) == 2
    sandbox.fault("error_500", holder_tax_id=written)
    assert holder.localiza(HOLDER).status == 500


@pytest.mark.parametrize(
    ("name", "content", "field"),
    [
        ("notices", {"holder_tax_id": "B12345675"}, "holder_tax_id"),
        ("many", {"holder_tax_ids": [HOLDER, "B12345675"]}, "holder_tax_ids"),
        ("registrations", {"certificate_tax_id": FIRM, "holder_tax_ids": ["B12345675"]}, "holder_tax_ids"),
        ("registrations", {"certificate_tax_id": "B12345675"}, "certificate_tax_id"),
        ("faults", {"body": "dehu", "kind": "slow", "holder_tax_id": "B12345675"}, "holder_tax_id"),
    ],
)
def test_an_impossible_tax_id_is_refused_by_its_name(sandbox: Sandbox, name: str, content: dict[str, object], field: str) -> None:
    status, said = posted(sandbox, name, content)
    assert status == 400 and said.startswith(f"{field}: 'B12345675'")


def test_a_reset_keeps_whom_a_firm_may_ask_for(sandbox: Sandbox, firm: Caller) -> None:
    sandbox.registration(FIRM, [HOLDER])
    sandbox.reset()
    assert firm.localiza(HOLDER).code == "200"


def test_reset_empties_everything_but_the_authority(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.many([HOLDER], 2)
    sandbox.fault("error_500")
    sandbox.registration(HOLDER, registered=False)
    sandbox.reset()
    told = holder.localiza(HOLDER)
    assert (told.code, told.texts("item")) == ("200", [])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notices", {"body": "dehu"}, "kind is missing"),
        ("faults", {"body": "dehu", "kind": "slow", "when": 1}, "when"),
        ("settings", {"colour": 1}, "colour"),
        ("clock", {"now": "soon"}, "soon"),
        ("elsewhere", {"body": "dehu", "reference": "x"}, "no notice x"),
        ("nothing", {}, "--help"),
        ("faults", [], "object"),
        ("notices", {"kind": "communication", "body": "dehu", "holder_tax_id": None}, "holder_tax_id is missing"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(sandbox: Sandbox, name: str, content: object, said: str) -> None:
    status, error = posted(sandbox, name, content)
    assert status in (400, 404) and said in error


def test_a_published_edict_is_read_without_any_certificate(sandbox: Sandbox) -> None:
    (edict,) = sandbox.edicts(date(2026, 9, 14), [{"issuer": "Ayuntamiento", "title": "Anuncio", "text": "Nada"}])
    bare = ssl.create_default_context(cafile=sandbox.ca_file)
    connection = http.client.HTTPSConnection(sandbox.url.removeprefix("https://"), context=bare, timeout=20)
    connection.request("GET", "/boe_n/dias/2026/09/14/index.php?l=N")
    assert edict in connection.getresponse().read().decode()
    connection.request("GET", f"/boe_n/dias/2026/09/14/not.php?id={edict}")
    assert connection.getresponse().read().startswith(b"%PDF")


def test_help_names_every_call() -> None:
    helped = subprocess.run([sys.executable, "-m", "deploy.sandbox", "--help"], capture_output=True, text=True, check=True).stdout
    for method, name in control.SideDoor(None, None).calls:
        assert method in helped and f"/_control/{name}" in helped


def test_a_sandbox_that_cannot_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "ca.key.pem").write_text("not a key")
    with pytest.raises(RuntimeError, match="did not start"), started_sandbox(tmp_path):
        pass


def test_the_authority_is_the_same_after_a_restart(tmp_path: Path) -> None:
    with started_sandbox(tmp_path) as first:
        before = Path(first.ca_file).read_bytes()
    with started_sandbox(tmp_path) as second:
        assert Path(second.ca_file).read_bytes() == before
