"""`Localiza`, the listing without legal effect: rows, pages, who may ask."""

from __future__ import annotations

from deploy.sandbox.client import Sandbox
from tests.deploy.sandbox.conftest import HOLDER
from tests.deploy.sandbox.lema_caller import Caller, verified_by_xmlsec1


def test_an_empty_mailbox_says_zero_results_on_page_one_of_none(holder: Caller) -> None:
    told = holder.localiza(HOLDER)
    assert (told.status, told.code, told.texts("item")) == (200, "200", [])
    assert [told.option(name) for name in ("totalResultados", "totalPag", "paginaActual")] == ["0", "0", "1"]


def test_a_notice_is_listed_as_it_was_put(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento <1> & «ñ»  doble", reference="a1b2c3d4e5f60718293a")
    told = holder.localiza(HOLDER)
    assert told.text("identificador") == "a1b2c3d4e5f60718293a"
    assert told.text("concepto") == "Requerimiento <1> & «ñ»  doble"
    assert (told.text("nifPeticion"), told.text("vinculo"), told.text("tipoEnvio")) == (HOLDER, "1", "2")


def test_xmlsec1_verifies_the_signed_answer(sandbox: Sandbox, holder: Caller, tmp_path) -> None:
    sandbox.notice(HOLDER, "EMPRESA SL", 'Requerimiento <1> & «ñ» "x"', description="línea\nsegunda")
    judged = verified_by_xmlsec1(holder.localiza(HOLDER).raw, tmp_path, sandbox.ca_file)
    assert judged.returncode == 0 and "OK" in judged.stderr + judged.stdout, judged.stderr
