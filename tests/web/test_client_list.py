"""Listado de clientes without JavaScript: its filters, its views with their numbers, and what is done to several clients."""

from __future__ import annotations

import pytest

from tests.journeys.portfolio import a_company, register
from tests.visitors import wait_for
from tests.web.pages import browser_of, opened

ACTS = "/clientes/acciones"


@pytest.fixture
def three(firm):
    """The ids of three clients."""
    return [register(firm.admin, a_company()) for _ in range(3)]


def archived(firm) -> int:
    return firm.admin.get("/api/clients", archived="true").body["total"]


def acts(page) -> list[str]:
    """What the bar of the bulk acts offers."""
    return [option.get("value") for option in page.document.xpath("//select[@id='action']/option")]


def chosen(page) -> list[str]:
    return page.document.xpath("//input[@name='ids'][@checked]/@value")


def test_filters_without_a_control_stay_when_one_searches(admin, three):
    address = "/clientes?stale_hours=1&pending=false&read_by_before=2030-01-01&flag=watch_edicts&certificate=expired,expiring&sort=-name"
    page = opened(admin, address)
    (search,) = [form for form in page.document.forms if form.get("role") == "search"]
    sent = {name: value for name, value in search.form_values() if value}
    assert sent == {
        "stale_hours": "1",
        "pending": "false",
        "read_by_before": "2030-01-01",
        "flag": "watch_edicts",
        "certificate": "expired,expiring",
        "sort": "-name",
    }
    chips = page.text("//ul[@aria-label='Filtros puestos']")
    assert "Sin pendientes" in chips and "Vencen antes del 01/01/2030" in chips


def test_the_file_holds_the_filters_of_the_list_and_not_its_pages(admin, three):
    page = opened(admin, "/clientes?pending=false&page=1&page_size=2&unknown=1")
    (link,) = page.document.xpath("//a[@id='export']/@href")
    assert link == "/api/clients/export.csv?pending=false"
    assert admin.get(link).body.count("\n") == 4


def test_what_has_consequences_is_done_after_they_were_said(firm, admin, three):
    form = opened(admin, "/clientes").form(ACTS, "ids")
    page = form.send(ids=three[:2], action="archive")
    assert "Se hará con 2 clientes." in page.text()
    assert "Sus buzones dejan de leerse" in page.text()
    assert archived(firm) == 0
    done = page.form(ACTS, "confirmed").send()
    assert done.path.startswith("/trabajos/clients.")
    assert "Archivo de clientes" in done.text("//h1")
    wait_for(firm.admin, "/api/clients", lambda body: body["total"] == 2, archived="true")


def test_who_does_not_confirm_finds_the_choice_as_it_was(firm, admin, three):
    page = opened(admin, "/clientes").form(ACTS, "ids").send(ids=three[:2], action="archive")
    back = page.form(ACTS, "confirmed").send("back", "1")
    assert (back.status, sorted(chosen(back))) == (200, sorted(three[:2]))
    assert archived(firm) == 0


def test_all_that_match_are_confirmed_anew_when_they_are_more_by_then(firm, admin, three):
    page = opened(admin, "/clientes").form(ACTS, "ids").send(all="1", action="notifications_off")
    assert "Se hará con 3 clientes." in page.text()
    register(firm.admin, a_company())
    assert "Se hará con 4 clientes." in page.form(ACTS, "confirmed").send().text()


@pytest.mark.parametrize(
    ("sent", "field", "fault"),
    [({"action": ""}, "action", "Elija qué hacer con los clientes."), ({"action": "add_to_groups"}, "group_id", "Elija el grupo.")],
)
def test_an_act_that_is_refused_says_so_in_its_bar_and_the_choice_stays(admin, three, sent, field, fault):
    page = opened(admin, "/clientes?sort=-name").form(f"{ACTS}?sort=-name", "ids").send(ids=three[:2], **sent)
    assert (page.status, page.fault_of(field), sorted(chosen(page))) == (422, fault, sorted(three[:2]))
    assert page.document.xpath("//aside//nav") != []
    assert page.document.xpath("//th[@aria-sort='descending']//a/@href") == ["/clientes?sort=name"]


def test_a_view_whose_name_is_taken_says_so_beside_it(firm, admin, three):
    firm.admin.post("/api/clients/views", {"name": "Norte", "query": {}})
    page = opened(admin, "/clientes").form("/clientes/vistas").send(name="Norte", is_shared="1")
    assert (page.status, "Ya tiene una vista" in page.fault_of("view-name")) == (409, True)
    assert page.form("/clientes/vistas").values["name"] == ["Norte"]


def test_a_view_says_how_many_clients_it_holds(firm, admin, three):
    firm.admin.post("/api/clients/views", {"name": "Sin nada pendiente", "query": {"filters": {"pending": False}}})
    page = opened(admin, "/clientes")
    assert page.text("//ul[@aria-label='Vistas guardadas']") == "Sin nada pendiente (3)"
    assert page.document.xpath("//ul[@aria-label='Vistas guardadas']//a/@href") == ["/clientes?pending=false"]


def test_a_reader_has_boxes_for_what_a_reader_may_do(firm, three):
    group = firm.group("Todos")
    firm.admin.put(f"/api/clients/{three[0]}/groups", {"group_ids": [group]})
    reader = browser_of(firm.user("reader", [group]))
    page = opened(reader, "/clientes")
    assert acts(page) == ["", "export"]
    file = page.form(ACTS, "ids").send(ids=[three[0], three[1]], action="export")
    assert file.answer.headers["Content-Type"].startswith("text/csv")
    assert file.answer.body.count("\n") == 2
    assert page.form(ACTS, "ids").send(ids=[three[0]], action="archive").status == 403


def test_archived_clients_are_brought_back_together(firm, admin, three):
    for client_id in three[:2]:
        firm.admin.delete(f"/api/clients/{client_id}")
    page = opened(admin, "/clientes?archived=true")
    assert {"restore", "export"} <= set(acts(page)) and not {"archive", "sync"} & set(acts(page))
    done = page.form(f"{ACTS}?archived=true", "ids").send(ids=three[:2], action="restore")
    assert "Recuperación de clientes" in done.text("//h1")
    wait_for(firm.admin, "/api/clients", lambda body: body["total"] == 3)


def test_an_import_names_the_columns_of_the_file_and_its_page_what_it_is(firm, admin):
    file = b"identificador;razon_social;nif;email;telefono\r\n1;Mala;B12345678;;\r\n"
    begun = firm.admin.call("POST", "/api/clients/import", files={"file": ("clientes.csv", file)}).body
    wait_for(firm.admin, f"/api/jobs/{begun['id']}", lambda job: job["state"] == "done")
    page = opened(admin, f"/trabajos/{begun['id']}")
    assert page.text("//h1") == "Importación de clientes"
    assert "columna nif:" in page.text("//table")


def test_more_groups_than_fit_one_answer_are_all_offered(firm, admin):
    file = "id_grupo;nombre_grupo;descripcion\r\n" + "".join(f"{number};Grupo {number};\r\n" for number in range(201))
    begun = firm.admin.call("POST", "/api/clients/import", files={"file": ("grupos.csv", file.encode())}).body
    wait_for(firm.admin, f"/api/jobs/{begun['id']}", lambda job: job["state"] == "done")
    page = opened(admin, "/clientes")
    assert len(page.document.xpath("//select[@id='group']/option")) == 202
