"""The list of clients: searched while one types, filtered by its address, kept as a view, and acted on in bulk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.portfolio import a_company, register
from tests.people import company_tax_id
from tests.visitors import wait_for
from tests.worlds import numbers

CSV = "identificador;razon_social;nif;email;telefono\r\n"


@pytest.fixture
def page(visits):
    opened = visits.page_of("manager")
    opened.goto("/clientes")
    return opened


@pytest.fixture
def several(demo):
    """Three clients whose names begin alike, in the order of the list: (what the names begin with, names)."""
    word = f"Hermanos {next(numbers)}"
    names = [f"{word} {name}" for name in ("Alba", "Berta", "Carla")]
    for name in names:
        body = {"tax_id": company_tax_id(), "name": name, "group_ids": []}
        assert demo.person("manager").post("/api/clients", body).status == 201
    return word, names


def rows(page):
    return page.locator("#list tbody tr")


def test_the_list_narrows_while_one_types_and_the_address_follows(page, several):
    word, names = several
    page.get_by_label("Buscar").press_sequentially(word)
    expect(rows(page)).to_have_count(3)
    expect(page).to_have_url(re.compile(r"[?&]q=Hermanos"))
    expect(page.get_by_label("Buscar")).to_be_focused()
    page.reload()
    expect(rows(page)).to_have_count(3)


def test_what_was_typed_last_is_what_is_shown(page, several):
    word, names = several
    page.get_by_label("Buscar").fill(word)
    page.get_by_label("Buscar").fill(names[1])
    expect(rows(page)).to_have_count(1)
    expect(rows(page).get_by_role("link", name=names[1])).to_be_visible()


def test_what_was_typed_last_is_what_is_shown_also_while_the_words_before_it_are_still_looked_for(page, several):
    word, names = several
    last = names[1].split()[-1]
    page.route(re.compile(r"/clientes\?q="), lambda route: route.continue_() if last in route.request.url else None)
    for typed in (word, names[0], names[1]):
        with page.expect_request(re.compile(rf"/clientes\?q=.*{typed.split()[-1]}")):
            page.get_by_label("Buscar").fill(typed)
    expect(rows(page)).to_have_count(1)
    expect(rows(page).get_by_role("link", name=names[1])).to_be_visible()
    page.unroute_all(behavior="ignoreErrors")


def test_a_slash_goes_to_the_search(page):
    page.keyboard.press("/")
    expect(page.get_by_label("Buscar")).to_be_focused()


def test_a_filter_is_a_chip_that_takes_it_away_again(page):
    page.get_by_label("Certificado", exact=True).select_option("Vigente")
    chips = page.get_by_role("list", name="Filtros puestos")
    expect(chips.get_by_role("link", name="Vigente")).to_be_visible()
    expect(page).to_have_url(re.compile("certificate=valid"))
    chips.get_by_role("link", name="Vigente").click()
    expect(chips).to_have_count(0)


def test_a_heading_sorts_and_says_so(page, several):
    word, names = several
    page.goto(f"/clientes?q={word}")
    page.get_by_role("link", name="Nombre").click()
    expect(page.get_by_role("columnheader", name="Nombre")).to_have_attribute("aria-sort", "descending")
    expect(rows(page).get_by_role("link")).to_have_text(names[::-1])


def test_going_back_shows_the_list_as_it_was(page, several):
    word, _ = several
    page.goto(f"/clientes?q={word}")
    rows(page).get_by_role("link").first.click()
    page.go_back()
    expect(rows(page)).to_have_count(3)


def test_a_view_is_kept_found_above_the_list_and_taken_away(page, several):
    word, _ = several
    page.goto(f"/clientes?q={word}")
    page.get_by_text("Guardar esta vista").click()
    page.get_by_label("Nombre de la vista").fill(word)
    page.get_by_role("button", name="Guardar vista").click()
    page.goto("/clientes")
    page.get_by_role("list", name="Vistas guardadas").get_by_role("link", name=word).click()
    expect(rows(page)).to_have_count(3)
    page.get_by_text("Guardar esta vista").click()
    page.get_by_role("button", name=f"Quitar «{word}»").click()
    expect(page.get_by_text("Vista quitada.")).to_be_visible()
    expect(page.get_by_role("list", name="Vistas guardadas")).to_have_count(0)


def test_an_act_on_all_of_the_page_ends_with_an_outcome_a_row(page, several, demo):
    word, names = several
    page.goto(f"/clientes?q={word}")
    page.get_by_label("Elegir todos los de esta página").check()
    page.get_by_label("Con los elegidos").select_option("Dejar de vigilar el tablón edictal")
    page.get_by_role("button", name="Hacerlo").click()
    expect(page.get_by_text("Se hará con 3 clientes.")).to_be_visible()
    page.get_by_role("button", name="Dejar de vigilar el tablón edictal").click()
    expect(page.get_by_text("Terminado")).to_be_visible()
    expect(page.get_by_role("row", name="Cambiado")).to_have_count(3)
    kept = demo.person("manager").get("/api/clients", q=word).body["items"]
    assert [client["watch_edicts"] for client in kept] == [False] * 3


def test_an_act_on_all_that_match_says_of_each_what_became_of_it(page, several, demo):
    word, names = several
    client = demo.person("manager").get("/api/clients", q=names[0]).body["items"][0]
    demo.person("manager").patch(f"/api/clients/{client['id']}", {"version": client["version"], "watch_edicts": False})
    page.goto(f"/clientes?q={word}")
    page.get_by_role("checkbox", name=f"Elegir a {names[0]}").check()
    expect(page.get_by_text("Elegidos: 1")).to_be_visible()
    page.get_by_label("A los 3 que coinciden").check()
    page.get_by_label("Con los elegidos").select_option("Dejar de vigilar el tablón edictal")
    page.get_by_role("button", name="Hacerlo").click()
    page.get_by_role("button", name="Dejar de vigilar el tablón edictal").click()
    expect(page.get_by_role("row", name="Cambiado")).to_have_count(2)
    expect(page.get_by_role("row", name=names[0])).to_contain_text("Sin cambios")


def test_an_import_is_tried_first_and_a_bad_row_does_not_stop_the_good_one(page, demo):
    good, name = company_tax_id(), f"Nueva {next(numbers)}"
    file = {"name": "clientes.csv", "mimeType": "text/csv", "buffer": f"{CSV}1;{name};{good};;\r\n2;Mala;B12345678;;\r\n".encode()}
    for is_rehearsal in (True, False):
        page.goto("/clientes/importar")
        page.get_by_label("Fichero CSV").set_input_files(file)
        page.get_by_label("Solo ensayar").set_checked(is_rehearsal)
        page.get_by_role("button", name="Importar").click()
        expect(page.get_by_text("Terminado")).to_be_visible()
        expect(page.get_by_role("row", name="Se crearía" if is_rehearsal else "Creado")).to_have_count(1)
        expect(page.get_by_role("row", name="Rechazado")).to_have_count(1)
        assert demo.person("manager").get("/api/clients", q=good).body["total"] == (0 if is_rehearsal else 1)


def test_what_is_exported_is_what_was_typed_and_is_on_screen(page, several):
    word, names = several
    page.get_by_label("Buscar").press_sequentially(word)
    expect(rows(page)).to_have_count(3)
    with page.expect_download() as started:
        page.get_by_role("link", name="Exportar").click()
    text = started.value.path().read_text("utf-8-sig")
    assert [name in text for name in names] == [True] * 3
    assert text.count("\n") == 4


def test_filters_that_only_the_address_knows_stay_while_one_types(page, several):
    word, names = several
    page.goto("/clientes?stale_hours=1&pending=false&certificate=expired,none&sort=-name")
    page.get_by_label("Buscar").press_sequentially(word)
    expect(rows(page).get_by_role("link")).to_have_text(names[::-1])
    chips = page.get_by_role("list", name="Filtros puestos").get_by_role("link")
    expect(chips).to_contain_text([word, "Caducado, Sin certificado", "Sin pendientes", "Sin consulta completa reciente"])


def test_a_client_that_somebody_archives_leaves_the_list(page, demo):
    manager, party = demo.person("manager"), a_company()
    client_id = register(manager, party)
    page.goto(f"/clientes/{client_id}")
    page.get_by_text("Archivar…").click()
    page.get_by_role("button", name="Archivar", exact=True).click()
    expect(page.get_by_text("Cliente archivado.")).to_be_visible()
    wait_for(manager, "/api/clients", lambda body: body["total"] == 0, q=party.tax_id)
    page.goto(f"/clientes?q={party.tax_id}")
    expect(page.get_by_text("Ningún cliente coincide")).to_be_visible()
