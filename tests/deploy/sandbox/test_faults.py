"""Each fault that can be ordered does what its name says, as often as it was ordered, to whom it was ordered."""

from __future__ import annotations

import base64
import hashlib
import http.client
from datetime import date

import pytest

from deploy.sandbox.client import Sandbox, SandboxRefused
from tests.deploy.sandbox.conftest import FIRM, HOLDER
from tests.deploy.sandbox.lema_caller import Caller

ACT_OPERATION = "PeticionAcceso"


@pytest.mark.parametrize(("kind", "status"), [("error_500", 500), ("maintenance", 503), ("certificate_refused", 403)])
def test_a_sick_body_answers_a_page_that_is_no_soap(sandbox: Sandbox, holder: Caller, kind: str, status: int) -> None:
    sandbox.fault(kind)
    told = holder.localiza(HOLDER)
    assert (told.status, told.xml) == (status, None)


@pytest.mark.parametrize(
    ("kind", "failure"),
    [("timeout", http.client.RemoteDisconnected), ("reset", ConnectionResetError), ("truncated", http.client.IncompleteRead)],
)
def test_a_broken_connection_breaks_in_its_own_way(sandbox: Sandbox, holder: Caller, kind: str, failure: type[Exception]) -> None:
    sandbox.fault(kind, value=0.01)
    with pytest.raises(failure):
        holder.localiza(HOLDER)
    assert sandbox.requests() == [{"operation": "Localiza", "answer": kind, "count": 1}]


def test_a_slow_body_still_answers(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.fault("slow", value=0.01)
    assert holder.localiza(HOLDER).code == "200"


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [("rate_limit", None, "4303"), ("rate_limit", "3006", "3006"), ("revoked_power", None, "4101"), ("revoked_power", "1107", "1107")],
)
def test_a_refusal_is_a_fault_with_its_code(sandbox: Sandbox, holder: Caller, kind: str, value: str | None, code: str) -> None:
    sandbox.fault(kind, value=value)
    told = holder.localiza(HOLDER)
    assert (told.status, told.code) == (500, code)


def listed(sandbox: Sandbox, holder: Caller, kind: str, page: int = 1) -> tuple[list[str], list[str], str]:
    """The references of a page as they are, as they are under the fault, and the total said under the fault."""
    right = holder.localiza(HOLDER, page).texts("identificador")
    sandbox.fault(kind)
    wrong = holder.localiza(HOLDER, page)
    return right, wrong.texts("identificador"), wrong.option("totalResultados")


def test_a_lost_row_is_missing_from_the_page_and_not_from_the_total(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.many([HOLDER], 3)
    right, wrong, total = listed(sandbox, holder, "lose_row")
    assert (wrong, total) == (right[:2], "3")


def test_a_repeated_row_stands_twice(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.many([HOLDER], 3)
    right, wrong, total = listed(sandbox, holder, "repeat_row")
    assert (wrong, total) == ([*right, right[0]], "3")


def test_reordered_rows_are_the_same_rows(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.many([HOLDER], 3)
    right, wrong, _ = listed(sandbox, holder, "reorder")
    assert wrong == right[::-1]


def test_a_shifted_page_begins_with_the_last_row_of_the_page_before(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.settings(page_size=2)
    sandbox.many([HOLDER], 4)
    first = holder.localiza(HOLDER).texts("identificador")
    right, wrong, total = listed(sandbox, holder, "shifted_page", page=2)
    assert (wrong, total) == ([first[-1], right[0]], "5")


def test_a_changed_page_keeps_its_rows_where_no_client_looks(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.many([HOLDER], 2)
    sandbox.fault("changed_page")
    told = holder.localiza(HOLDER)
    assert (told.code, told.texts("envios"), len(told.texts("listaEnvios"))) == ("200", [], 1)


def test_an_act_whose_answer_is_lost_has_happened(sandbox: Sandbox, holder: Caller) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento")
    sandbox.fault("act_then_timeout", value=0.01)
    with pytest.raises(http.client.RemoteDisconnected):
        holder.open(HOLDER, reference, "Requerimiento")
    assert [act["operation"] for act in sandbox.acts(reference=reference)] == [ACT_OPERATION]
    assert holder.realized(HOLDER).texts("identificador") == [reference]


def test_a_timeout_before_the_act_leaves_the_notice_pending(sandbox: Sandbox, holder: Caller) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento")
    sandbox.fault("timeout", operation=ACT_OPERATION, value=0.01)
    with pytest.raises(http.client.RemoteDisconnected):
        holder.open(HOLDER, reference, "Requerimiento")
    assert sandbox.acts() == []
    assert holder.localiza(HOLDER).texts("identificador") == [reference]


def test_a_wrong_hash_is_not_that_of_the_file(sandbox: Sandbox, holder: Caller) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento")
    sandbox.fault("wrong_hash")
    told = holder.open(HOLDER, reference, "Requerimiento")
    assert base64.b64decode(told.text("hash")).decode() != hashlib.sha256(told.file).hexdigest()


def test_a_fault_strikes_as_often_as_it_was_ordered(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.fault("error_500", times=2)
    assert [holder.localiza(HOLDER).status for _ in range(3)] == [500, 500, 200]


def test_a_fault_strikes_only_the_holder_and_operation_it_names(sandbox: Sandbox, holder: Caller, firm: Caller) -> None:
    sandbox.fault("error_500", holder_tax_id=HOLDER, operation="Localiza")
    assert holder.localiza(HOLDER).status == 500
    assert firm.localiza(FIRM).status == 200
    assert holder.realized(HOLDER).status == 200


def test_a_fault_of_no_probability_never_strikes(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.fault("error_500", probability=0)
    assert holder.localiza(HOLDER).status == 200


def test_faults_are_all_called_off_together(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.fault("error_500")
    sandbox.clear_faults()
    assert holder.localiza(HOLDER).status == 200


def test_an_unknown_kind_is_refused_by_name(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxRefused, match="explode"):
        sandbox.fault("explode")


def test_a_fault_can_strike_the_bulletin(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.edicts(date(2026, 9, 14), [{"issuer": "Ayuntamiento", "title": "Anuncio", "text": "Nada"}])
    sandbox.fault("maintenance", body="teu")
    connection = http.client.HTTPSConnection(*sandbox.url.removeprefix("https://").split(":"), context=holder.tls, timeout=20)
    connection.request("GET", "/boe_n/dias/2026/09/14/index.php?l=N")
    assert connection.getresponse().status == 503
