"""The sandbox's bulletin: days, ids, pages and PDFs, as the BOE would serve them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pypdfium2
import pytest

from deploy.sandbox.teu import Bulletin

MONDAY, TUESDAY, SUNDAY = date(2026, 9, 14), date(2026, 9, 15), date(2026, 9, 13)
INDEX, PDF = "/boe_n/dias/2026/09/14/index.php", "/boe_n/dias/2026/09/14/not.php"
EDICT = {"issuer": "Ayuntamiento de Prueba", "title": "Anuncio <1> & 2", "regime": "tax"}


@pytest.fixture
def bulletin() -> Bulletin:
    return Bulletin()


def pages(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def test_ids_are_given_in_order_through_the_year(bulletin):
    assert bulletin.publish(MONDAY, [EDICT, EDICT]) == ["BOE-N-2026-000001", "BOE-N-2026-000002"]
    assert bulletin.publish(TUESDAY, [EDICT]) == ["BOE-N-2026-000003"]


def test_an_id_of_ones_own_is_kept_and_the_next_follows_it(bulletin):
    assert bulletin.publish(MONDAY, [EDICT | {"id": "BOE-N-2026-690000"}, EDICT]) == ["BOE-N-2026-690000", "BOE-N-2026-690001"]


def test_the_index_shows_issuer_title_and_link_of_each_edict(bulletin):
    (edict_id,) = bulletin.publish(MONDAY, [EDICT])
    status, content_type, page = bulletin.answer(INDEX, "l=N")
    assert (status, content_type) == (200, "text/html; charset=UTF-8")
    expected = ('id="indiceSumarioN"', "<h5>Ayuntamiento de Prueba</h5>", "Anuncio &lt;1&gt; &amp; 2", f'href="{PDF}?id={edict_id}"')
    assert all(part in page.decode() for part in expected)


def test_a_day_published_in_two_parts_shows_both(bulletin):
    ids = bulletin.publish(MONDAY, [EDICT]) + bulletin.publish(MONDAY, [EDICT])
    assert all(edict_id in bulletin.answer(INDEX, "l=N")[2].decode() for edict_id in ids)


@pytest.mark.parametrize(("path", "query"), [
    (INDEX.replace("14", "15"), "l=N"), (INDEX.replace("14", "13"), "l=N"), (INDEX.replace("/09/", "/13/"), "l=N"), (INDEX, "l=J"),
    (PDF, "id=BOE-N-2026-000009"), (PDF, ""), (PDF.replace("14", "15"), "id=BOE-N-2026-000001"), ("/boe_n/other", ""),
])  # fmt: skip
def test_what_was_not_published_is_not_found(bulletin, path, query):
    bulletin.publish(MONDAY, [EDICT])
    assert bulletin.answer(path, query)[0] == 404


def test_a_path_of_another_body_is_not_ours(bulletin):
    assert bulletin.answer("/ws/v3/notificaciones", "") is None


def test_a_pdf_holds_its_words_and_its_reference_on_each_page(bulletin):
    table = {"headers": ["NIF", "NOMBRE"], "rows": [[f"{number}", "x"] for number in range(200)]}
    (edict_id,) = bulletin.publish(MONDAY, [EDICT | {"text": "Primero.\n\nSegundo.", "table": table}])
    status, content_type, pdf = bulletin.answer(PDF, f"id={edict_id}")
    texts = pages(pdf)
    assert (status, content_type) == (200, "application/pdf")
    assert len(texts) > 2 and all(f"cve: {edict_id}" in text for text in texts)
    assert all(words in texts[0] for words in ("Ayuntamiento de Prueba", "Anuncio <1> & 2", "Primero.", "Segundo.")) and "199" in texts[-1]


@pytest.mark.parametrize(("regime", "citation"), [("tax", "58/2003"), ("traffic", "6/2015"), ("general", "39/2015"), ("other", "39/2015")])
def test_an_edict_without_text_cites_the_law_of_its_regime(bulletin, regime, citation):
    (edict_id,) = bulletin.publish(MONDAY, [EDICT | {"regime": regime}])
    assert citation in pages(bulletin.answer(PDF, f"id={edict_id}")[2])[0]


@pytest.mark.parametrize(("regime", "citation"), [("tax", "58/2003"), ("traffic", "6/2015"), ("general", "39/2015")])
def test_a_text_that_names_no_law_is_followed_by_that_of_its_regime(bulletin, regime, citation):
    (edict_id,) = bulletin.publish(MONDAY, [EDICT | {"regime": regime, "text": "Se notifica, expediente 16/2015."}])
    page = pages(bulletin.answer(PDF, f"id={edict_id}")[2])[0]
    assert page.index("expediente 16/2015") < page.index(f" {citation}")


@pytest.mark.parametrize("edict", [{"regime": "tax", "text": "Artículo 44 de la Ley 39/2015."}, {"regime": None, "text": "Nada."}])
def test_a_text_that_names_a_law_or_has_no_regime_stands_as_it_is(bulletin, edict):
    (edict_id,) = bulletin.publish(MONDAY, [EDICT | edict])
    page = pages(bulletin.answer(PDF, f"id={edict_id}")[2])[0]
    assert edict["text"] in page and "relacionan" not in page


def test_readers_that_ask_together_get_the_same_bytes(bulletin):
    (edict_id,) = bulletin.publish(MONDAY, [EDICT])
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: bulletin.answer(PDF, f"id={edict_id}")[2], range(16)))
    assert len(set(answers)) == 1


@pytest.mark.parametrize("wrong", [
    {"id": "BOE-A-2026-1"}, {"title": ""}, {"issuer": None}, {"table": {"headers": ["A", "B"], "rows": [["1"]]}},
    {"id": "BOE-N-2026-000001"},
])  # fmt: skip
def test_a_wrong_edict_is_refused_and_nothing_of_its_day_appears(bulletin, wrong):
    bulletin.publish(TUESDAY, [EDICT])
    with pytest.raises(ValueError):
        bulletin.publish(MONDAY, [EDICT, EDICT | wrong])
    assert bulletin.answer(INDEX, "l=N")[0] == 404


def test_a_sunday_is_refused(bulletin):
    with pytest.raises(ValueError, match="Sunday"):
        bulletin.publish(SUNDAY, [EDICT])


def test_an_edict_published_again_replaces_its_text_in_place(bulletin):
    (edict_id,) = bulletin.publish(MONDAY, [EDICT])
    bulletin.answer(PDF, f"id={edict_id}")
    bulletin.publish(MONDAY, [EDICT | {"id": edict_id, "text": "Corregido."}])
    assert "Corregido." in pages(bulletin.answer(PDF, f"id={edict_id}")[2])[0]
    assert bulletin.answer(INDEX, "l=N")[2].decode().count('class="notif"') == 1


def test_after_a_reset_nothing_is_published(bulletin):
    bulletin.publish(MONDAY, [EDICT])
    bulletin.reset()
    assert bulletin.answer(INDEX, "l=N")[0] == 404 and bulletin.publish(MONDAY, [EDICT]) == ["BOE-N-2026-000001"]
