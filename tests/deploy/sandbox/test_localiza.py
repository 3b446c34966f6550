"""`Localiza`, the listing without legal effect: rows, pages, who may ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.sandbox.client import Sandbox
from tests.deploy.sandbox.conftest import FIRM, HOLDER
from tests.deploy.sandbox.lema_caller import Caller, verified_by_xmlsec1

ASKING_HOLDER = f"<o:nifTitular>{HOLDER}</o:nifTitular>"


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


def test_the_children_of_an_item_stand_in_the_order_of_the_schema(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento", description="Más")
    item = next(holder.localiza(HOLDER).xml.iter("{*}item"))
    assert [child.tag.split("}")[1] for child in item] == [
        *("identificador", "codigoOrigen", "concepto", "descripcion", "organismoEmisor", "organismoEmisorRaiz"),
        *("fechaPuestaDisposicion", "tipoEnvio", "vinculo", "titular"),
    ]


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_xmlsec1_verifies_the_signed_answer(sandbox: Sandbox, holder: Caller, tmp_path: Path, digest: str) -> None:
    sandbox.settings(answer_digest=digest)
    sandbox.notice(HOLDER, "EMPRESA SL", 'Requerimiento <1> & «ñ» "x"\r', description="línea\nsegunda\t>")
    judged = verified_by_xmlsec1(holder.localiza(HOLDER).raw, tmp_path, sandbox.ca_file)
    assert judged.returncode == 0, judged.stderr


def test_xmlsec1_refuses_the_answer_once_a_letter_changed(sandbox: Sandbox, holder: Caller, tmp_path: Path) -> None:
    sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento")
    changed = holder.localiza(HOLDER).raw.replace(b"Requerimiento", b"Requerimientx")
    assert verified_by_xmlsec1(changed, tmp_path, sandbox.ca_file).returncode != 0


def test_pages_hold_fifty_and_together_everything_once(sandbox: Sandbox, holder: Caller) -> None:
    planted = {item["reference"] for item in sandbox.many([HOLDER], 120)}
    pages = [holder.localiza(HOLDER, number) for number in (1, 2, 3)]
    assert [len(page.texts("item")) for page in pages] == [50, 50, 20]
    assert {page.option("totalResultados") + "/" + page.option("totalPag") for page in pages} == {"120/3"}
    assert [page.text("hayMasResultados") for page in pages] == ["true", "true", "false"]
    assert sorted(reference for page in pages for reference in page.texts("identificador")) == sorted(planted)


@pytest.mark.parametrize(("page", "code"), [(9, "1216"), ("x", "1215")])
def test_a_page_that_is_not_there_is_refused(sandbox: Sandbox, holder: Caller, page: int, code: str) -> None:
    sandbox.many([HOLDER], 1)
    assert holder.localiza(HOLDER, page).code == code


def test_an_expired_notification_leaves_the_list_at_midnight_of_the_eleventh_day(sandbox: Sandbox, holder: Caller) -> None:
    available = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
    sandbox.notice(HOLDER, "EMPRESA SL", "Requerimiento", available_at=available)
    sandbox.clock(datetime(2026, 3, 20, 22, 58, tzinfo=UTC))
    assert len(holder.localiza(HOLDER).texts("item")) == 1
    sandbox.clock(datetime(2026, 3, 20, 23, 0, tzinfo=UTC))
    assert holder.localiza(HOLDER).texts("item") == []


def test_a_communication_never_expires(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.notice(HOLDER, "EMPRESA SL", "Comunicación", kind="communication")
    sandbox.clock(datetime.now(UTC) + timedelta(days=400))
    assert holder.localiza(HOLDER).text("tipoEnvio") == "1"


def test_listing_is_no_act(sandbox: Sandbox, holder: Caller) -> None:
    sandbox.many([HOLDER], 3)
    holder.localiza(HOLDER)
    assert sandbox.acts() == []


def test_a_firm_without_the_clients_power_is_told_4101(firm: Caller) -> None:
    told = firm.localiza(HOLDER)
    assert (told.status, told.code) == (500, "4101")
    assert "nifTitular" in told.text("faultstring")


def test_a_firm_registered_for_a_client_lists_it_as_its_attorney(sandbox: Sandbox, firm: Caller) -> None:
    sandbox.many([HOLDER], 1)
    sandbox.registration(FIRM, [HOLDER])
    told = firm.localiza(HOLDER)
    assert (told.text("vinculo"), told.text("nifTitular")) == ("3", HOLDER)


def test_a_firm_registered_for_any_holder_lists_whoever_comes(sandbox: Sandbox, firm: Caller) -> None:
    newcomer = "B68000009"
    sandbox.registration(FIRM, any_holder=True)
    sandbox.many([newcomer], 1)
    assert firm.localiza(newcomer).texts("nifTitular") == [newcomer]


def test_what_is_addressed_to_a_firm_is_listed_under_its_own_nif(sandbox: Sandbox, firm: Caller) -> None:
    sandbox.notice(HOLDER, "EMPRESA SL", "Para el despacho", addressee_tax_id=FIRM)
    told = firm.ask("Localiza", f"<o:nifDestinatario>{FIRM}</o:nifDestinatario>")
    assert (told.text("concepto"), told.text("vinculo")) == ("Para el despacho", "2")


def test_nobody_lists_what_is_addressed_to_somebody_else(sandbox: Sandbox, firm: Caller) -> None:
    sandbox.registration(FIRM, [HOLDER])
    assert firm.ask("Localiza", f"<o:nifDestinatario>{HOLDER}</o:nifDestinatario>").code == "4101"


@pytest.mark.parametrize(("environment", "code"), [("pro", "4102"), ("se", "4103")])
def test_an_unregistered_certificate_is_refused_in_its_environments_words(
    sandbox: Sandbox, holder: Caller, environment: str, code: str
) -> None:
    sandbox.settings(environment=environment)
    sandbox.registration(HOLDER, registered=False)
    assert holder.localiza(HOLDER).code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "4202"),
        ("<o:nifTitular>B12345675</o:nifTitular>", "1201"),
        (f"{ASKING_HOLDER}<o:nifDestinatario>{FIRM}</o:nifDestinatario>", "4211"),
        (f"<o:tipoEnvio>2</o:tipoEnvio>{ASKING_HOLDER}", "1001"),
        (f"{ASKING_HOLDER}<o:otro>1</o:otro>", "1001"),
        (f"{ASKING_HOLDER}<o:tipoEnvio>3</o:tipoEnvio>", "1205"),
        (f"{ASKING_HOLDER}<o:fechaDesde>ayer</o:fechaDesde>", "1202"),
        (f"{ASKING_HOLDER}<o:fechaDesde>2026-02-02T00:00:00</o:fechaDesde><o:fechaHasta>2026-02-01T00:00:00</o:fechaHasta>", "4203"),
        (f"{ASKING_HOLDER}<o:fechaHasta>2999-02-01T00:00:00</o:fechaHasta>", "4207"),
    ],
)
def test_a_wrong_field_is_refused_with_its_own_code(holder: Caller, content: str, code: str) -> None:
    assert holder.ask("Localiza", content).code == code


def test_kind_and_dates_narrow_the_list(sandbox: Sandbox, holder: Caller) -> None:
    now = datetime.now(UTC)
    sandbox.notice(HOLDER, "EMPRESA SL", "Vieja", available_at=now - timedelta(days=8))
    sandbox.notice(HOLDER, "EMPRESA SL", "Nueva", available_at=now - timedelta(hours=1))
    sandbox.notice(HOLDER, "EMPRESA SL", "Aviso", kind="communication")
    since = (now - timedelta(days=2)).isoformat(timespec="seconds")
    told = holder.ask("Localiza", f"{ASKING_HOLDER}<o:fechaDesde>{since}</o:fechaDesde><o:tipoEnvio>2</o:tipoEnvio>")
    assert told.texts("concepto") == ["Nueva"]
