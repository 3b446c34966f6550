"""The legal act at LEMA, and the annexes, receipt and document that follow it."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.sandbox.client import Sandbox
from tests.deploy.sandbox.conftest import FIRM, HOLDER
from tests.deploy.sandbox.lema_caller import Caller, Told, verified_by_xmlsec1

PDF = b"%PDF-1.4\r\n--sandbox\r\n\x00\xff%%EOF"
SUBJECT = "Requerimiento"


def paper(name: str, content: bytes = PDF) -> dict[str, str]:
    return {"name": name, "mime": "application/pdf", "content_base64": base64.b64encode(content).decode()}


@pytest.fixture
def reference(sandbox: Sandbox) -> str:
    annexes = [paper("anexo.pdf", b"%PDF-annex")]
    return sandbox.notice(HOLDER, "EMPRESA SL", SUBJECT, documents=[paper("requerimiento.pdf")], annexes=annexes)


@pytest.fixture
def opened(holder: Caller, reference: str) -> Told:
    return holder.open(HOLDER, reference, SUBJECT)


def test_opening_hands_over_the_document_with_the_official_hash(opened: Told) -> None:
    assert (opened.status, opened.code, opened.file) == (200, "200", PDF)
    assert base64.b64decode(opened.text("hash")).decode() == hashlib.sha256(PDF).hexdigest()
    assert opened.text("csvResguardo").startswith("DEHU-")


def test_xmlsec1_verifies_an_answer_that_carries_a_file(sandbox: Sandbox, opened: Told, tmp_path: Path) -> None:
    assert verified_by_xmlsec1(opened.raw, tmp_path, sandbox.ca_file).returncode == 0


def test_an_opening_is_recorded_with_who_and_which_certificate(sandbox: Sandbox, opened: Told, reference: str) -> None:
    (act,) = sandbox.acts(body="dehu", reference=reference)
    assert act.pop("at") <= datetime.now(UTC).isoformat()
    assert act == {"body": "dehu", "reference": reference, "operation": "PeticionAcceso", "holder_tax_id": HOLDER, "certificate": HOLDER}


def test_an_opened_notice_leaves_the_pending_list_and_stands_among_the_done(holder: Caller, opened: Told, reference: str) -> None:
    assert holder.localiza(HOLDER).texts("item") == []
    done = holder.realized(HOLDER)
    assert (done.texts("identificador"), done.text("estado")) == ([reference], "ACEPTADA")


def test_a_second_opening_is_refused_and_is_no_act(sandbox: Sandbox, holder: Caller, opened: Told, reference: str) -> None:
    assert holder.open(HOLDER, reference, SUBJECT).code == "4209"
    assert len(sandbox.acts()) == 1


def test_a_read_communication_is_refused_by_its_own_code(sandbox: Sandbox, holder: Caller) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", SUBJECT, kind="communication")
    assert [holder.open(HOLDER, reference, SUBJECT).code for _ in range(2)] == ["200", "4210"]


def test_of_two_openings_at_once_one_is_the_act(sandbox: Sandbox, holder: Caller, reference: str) -> None:
    with ThreadPoolExecutor(4) as callers:
        told = list(callers.map(lambda _: holder.open(HOLDER, reference, SUBJECT).code, range(4)))
    assert sorted(told) == ["200", "4209", "4209", "4209"]
    assert len(sandbox.acts()) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"subject": "Otro"}, "4204"), ({"event": "2"}, "4208"), ({"receiver": FIRM}, "4101"), ({"reference": "0" * 20}, "4201")],
)
def test_a_wrong_petition_opens_nothing(sandbox: Sandbox, holder: Caller, reference: str, changed: dict[str, str], code: str) -> None:
    right = {"receiver": HOLDER, "reference": reference, "subject": SUBJECT}
    assert holder.open(**(right | changed)).code == code
    assert sandbox.acts() == []


def test_a_certificate_without_power_knows_no_such_item(sandbox: Sandbox, firm: Caller, reference: str) -> None:
    assert firm.open(FIRM, reference, SUBJECT).code == "4201"
    assert sandbox.acts() == []


def test_an_expired_notification_cannot_be_opened(sandbox: Sandbox, holder: Caller, reference: str) -> None:
    sandbox.clock(datetime.now(UTC) + timedelta(days=12))
    assert holder.open(HOLDER, reference, SUBJECT).code == "4310"
    assert sandbox.acts() == []


def test_an_item_opened_elsewhere_answers_4307_with_its_document(sandbox: Sandbox, holder: Caller, reference: str) -> None:
    sandbox.elsewhere(reference)
    told = holder.open(HOLDER, reference, SUBJECT)
    assert (told.status, told.code, told.file) == (200, "4307", PDF)
    assert [act["operation"] for act in sandbox.acts()] == ["elsewhere"]


def test_several_documents_travel_as_one_zip(sandbox: Sandbox, holder: Caller) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", SUBJECT, documents=[paper("a.pdf"), paper("b.pdf")])
    told = holder.open(HOLDER, reference, SUBJECT)
    assert zipfile.ZipFile(io.BytesIO(told.file)).namelist() == ["a.pdf", "b.pdf"]


def test_a_notice_put_without_document_still_has_one(sandbox: Sandbox, holder: Caller) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", SUBJECT)
    assert holder.open(HOLDER, reference, SUBJECT).file.startswith(b"%PDF-1.4")


def test_an_annex_is_fetched_by_its_reference(holder: Caller, opened: Told, reference: str) -> None:
    told = holder.annex(HOLDER, reference, opened.text("referenciaDocumento"))
    assert (told.code, told.file) == ("200", b"%PDF-annex")


def test_annexes_and_receipt_wait_for_the_opening(holder: Caller, reference: str) -> None:
    assert holder.annex(HOLDER, reference, "MDA=").code == "4308"
    assert holder.receipt(HOLDER, reference, "DEHU-00").code == "4308"


def test_an_item_without_annexes_says_so_in_a_normal_answer(sandbox: Sandbox, holder: Caller) -> None:
    reference = sandbox.notice(HOLDER, "EMPRESA SL", SUBJECT)
    holder.open(HOLDER, reference, SUBJECT)
    told = holder.annex(HOLDER, reference, "MDA=")
    assert (told.status, told.code) == (200, "3015")


def test_an_unknown_annex_is_refused(holder: Caller, opened: Told, reference: str) -> None:
    assert [holder.annex(HOLDER, reference, asked).code for asked in ("MDA=", "?")] == ["4214", "4215"]


def test_the_receipt_is_fetched_by_its_csv(holder: Caller, opened: Told, reference: str) -> None:
    told = holder.receipt(HOLDER, reference, opened.text("csvResguardo"))
    assert told.code == "200" and told.file.startswith(b"%PDF")
    assert holder.receipt(HOLDER, reference, "DEHU-0").code == "4219"


def test_papers_are_refused_after_the_set_time_since_availability(sandbox: Sandbox, holder: Caller, opened: Told, reference: str) -> None:
    sandbox.settings(papers_within_s=86_400)
    sandbox.clock(datetime.now(UTC) + timedelta(days=2))
    assert holder.receipt(HOLDER, reference, opened.text("csvResguardo")).code == "4309"
    assert holder.annex(HOLDER, reference, opened.text("referenciaDocumento")).code == "4309"


def test_a_done_item_is_read_three_times_and_no_more(holder: Caller, opened: Told, reference: str) -> None:
    told = [holder.read_again(HOLDER, reference, SUBJECT) for _ in range(4)]
    assert [one.code for one in told] == ["200", "200", "200", "4225"]
    assert told[0].file == PDF
    assert base64.b64decode(told[0].text("hash")).decode() == hashlib.sha256(PDF).hexdigest()


def test_an_item_opened_elsewhere_is_not_read_through_lema(sandbox: Sandbox, holder: Caller, reference: str) -> None:
    sandbox.elsewhere(reference)
    assert holder.read_again(HOLDER, reference, SUBJECT).code == "4307"


def test_done_items_are_gone_after_sixteen_days(sandbox: Sandbox, holder: Caller, opened: Told, reference: str) -> None:
    sandbox.clock(datetime.now(UTC) + timedelta(days=17))
    assert holder.realized(HOLDER).texts("item") == []
    assert holder.read_again(HOLDER, reference, SUBJECT).code == "4224"


def test_the_done_list_says_what_expired(sandbox: Sandbox, holder: Caller, reference: str) -> None:
    sandbox.clock(datetime.now(UTC) + timedelta(days=12))
    assert holder.realized(HOLDER).text("estado") == "EXPIRADA"
    assert holder.read_again(HOLDER, reference, SUBJECT).code == "4309"


def test_the_done_list_refuses_a_date_older_than_its_window(holder: Caller) -> None:
    since = (datetime.now(UTC) - timedelta(days=17)).isoformat(timespec="seconds")
    assert holder.realized(HOLDER, f"<o:fechaDesde>{since}</o:fechaDesde>").code == "4224"


def test_the_done_list_has_pages(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.settings(page_size=1)
    for number in range(2):
        sandbox.elsewhere(sandbox.notice(HOLDER, "EMPRESA SL", f"{SUBJECT} {number}"))
    pages = [holder.realized(HOLDER, more) for more in ("", "<o:pagina>2</o:pagina>")]
    assert [(page.text("totalPaginas"), page.text("paginaActual")) for page in pages] == [("2", "1"), ("2", "2")]
    assert sorted(page.text("concepto") for page in pages) == [f"{SUBJECT} 0", f"{SUBJECT} 1"]
