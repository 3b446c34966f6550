"""What was just done is undone by the button of the notice, without JavaScript: the opposite act, as anybody would do it."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.journeys.portfolio import a_company, notified, register, with_mailbox
from tests.visitors import wait_for
from tests.web.pages import Form, browser_of, opened


def undone(page):
    """The page after the button of the notice was pressed."""
    (form,) = page.document.xpath("//*[@id='said']//form")
    return Form(page.browser, form, page.path).send()


def undo_of(page) -> list:
    return page.document.xpath("//*[@id='said']//form")


@pytest.fixture
def client_id(firm):
    return register(firm.admin, a_company())


def test_a_client_that_was_archived_comes_back(firm, admin, client_id):
    page = opened(admin, f"/clientes/{client_id}").form(f"/clientes/{client_id}/archivar").send()
    assert firm.admin.get(f"/api/clients/{client_id}").body["archived"] is True
    assert "Cliente recuperado." in undone(page).text("//*[@id='said']")
    assert firm.admin.get(f"/api/clients/{client_id}").body["archived"] is False


def test_a_notice_and_its_button_are_there_once(admin, client_id):
    opened(admin, f"/clientes/{client_id}").form(f"/clientes/{client_id}/archivar").send()
    assert undo_of(opened(admin, f"/clientes/{client_id}")) == []


def test_a_client_that_was_taken_out_of_a_group_is_in_it_again(firm, admin, client_id):
    group = firm.group("Fiscal")
    firm.admin.put(f"/api/clients/{client_id}/groups", {"group_ids": [group]})
    address = f"/clientes/{client_id}/grupos"
    page = opened(admin, address).form(address, "remove").send("remove", group)
    assert firm.admin.get(f"/api/clients/{client_id}").body["groups"] == []
    undone(page)
    assert [one["id"] for one in firm.admin.get(f"/api/clients/{client_id}").body["groups"]] == [group]


def test_clients_that_were_taken_out_of_a_group_together_are_in_it_again(firm, admin):
    group = firm.group("Laboral")
    ids = sorted(register(firm.admin, a_company(), [group]) for _ in range(3))
    address = f"/grupos/{group}/clientes"
    page = opened(admin, address).form(address, "ids").send(ids=ids)
    assert firm.admin.get("/api/clients", group=group).body["total"] == 0
    undone(page)
    assert sorted(one["id"] for one in firm.admin.get("/api/clients", group=group).body["items"]) == ids


def test_clients_whom_one_sees_no_more_are_said_and_left_out_of_what_is_undone(firm):
    group, other = firm.group("Laboral"), firm.group("Fiscal")
    lost, kept = register(firm.admin, a_company(), [group]), register(firm.admin, a_company(), [group, other])
    operator, address = firm.user("operator", [group, other]), f"/grupos/{group}/clientes"
    page = opened(browser_of(operator), address)
    assert "Dejará de ver a los marcados que no tengan nada en «Otros grupos»" in page.text()
    page = page.form(address, "ids").send(ids=[lost, kept])
    assert "2 clientes fuera del grupo. Ya no ve a 1: no está en otro de sus grupos." in page.text("//*[@id='said']")
    assert undone(page).status == 200
    assert [one["id"] for one in firm.admin.get("/api/clients", group=group).body["items"]] == [kept]


def test_what_nobody_could_undo_is_not_offered(firm):
    group = firm.group("Laboral")
    client_id, address = register(firm.admin, a_company(), [group]), f"/grupos/{group}/clientes"
    page = opened(browser_of(firm.user("operator", [group])), address).form(address, "ids").send(ids=[client_id])
    assert "Ya no ve a 1" in page.text("//*[@id='said']")
    assert undo_of(page) == []


def test_a_person_who_was_taken_out_of_a_group_is_in_it_again(firm, admin):
    group = firm.group("Fiscal")
    me = firm.user("operator", [group]).get("/api/me").body["id"]
    page = opened(admin, f"/grupos/{group}/personas").form(f"/grupos/{group}/personas/quitar").send("user_id", me)
    assert firm.admin.get(f"/api/groups/{group}").body["member_ids"] == []
    undone(page)
    assert firm.admin.get(f"/api/groups/{group}").body["member_ids"] == [me]


def test_permissions_of_a_group_are_as_they_were(firm, admin):
    group = firm.group("Fiscal")
    before = firm.admin.get(f"/api/groups/{group}").body["grants"]
    page = opened(admin, f"/grupos/{group}").form(f"/grupos/{group}/permisos", "grant").send(grant=["tgss:sync"])
    assert firm.admin.get(f"/api/groups/{group}").body["grants"] == [{"body": "tgss", "verbs": ["sync"]}]
    undone(page)
    assert firm.admin.get(f"/api/groups/{group}").body["grants"] == before


def test_a_view_of_ones_own_that_was_removed_is_kept_again(firm, admin):
    register(firm.admin, a_company())
    query = {"q": "bodega", "sort": "-name", "filters": {"pending": True}}
    view = firm.admin.post("/api/clients/views", {"name": "Bodegas", "query": query, "is_shared": True}).body
    page = opened(admin, "/clientes").form(f"/clientes/vistas/{view['id']}/quitar").send()
    assert firm.admin.get("/api/clients/views").body["items"] == []
    undone(page)
    (kept,) = firm.admin.get("/api/clients/views").body["items"]
    assert {name: kept[name] for name in ("name", "query", "is_shared")} == {name: view[name] for name in ("name", "query", "is_shared")}


def test_a_notification_is_in_its_tray_again(site, firm, admin):
    client = with_mailbox(firm, firm.admin, party=notified(site, "Requerimiento"))
    (item,) = wait_for(firm.admin, f"/api/clients/{client.id}/notifications", lambda body: body["total"])["items"]
    address = f"/notificaciones/{item['id']}"
    page = opened(admin, address).form(address, "assignee_id").send(processing_state="closed", process_by="2027-01-31")
    undone(page)
    now = firm.admin.get(f"/api/notifications/{item['id']}").body
    assert (now["processing_state"], now["process_by"], now["version"]) == ("pending", None, item["version"] + 2)


def test_what_somebody_else_changed_meanwhile_is_not_undone(site, firm, admin):
    client = with_mailbox(firm, firm.admin, party=notified(site, "Requerimiento"))
    (item,) = wait_for(firm.admin, f"/api/clients/{client.id}/notifications", lambda body: body["total"])["items"]
    address = f"/notificaciones/{item['id']}"
    page = opened(admin, address).form(address, "assignee_id").send(processing_state="closed")
    firm.admin.patch(f"/api/notifications/{item['id']}", {"version": item["version"] + 1, "processing_state": "in_progress"})
    assert undone(page).status == 409
    assert firm.admin.get(f"/api/notifications/{item['id']}").body["processing_state"] == "in_progress"


@pytest.mark.parametrize(
    "act",
    [
        {"address": "/salir", "fields": {}, "mark": "0" * 64},
        {"address": "/salir", "fields": {}},
        {"address": "/salir", "fields": [], "mark": ""},
        "act",
        [],
    ],
)
def test_an_act_that_somebody_else_put_into_the_cookie_has_no_button(admin, act):
    admin.http.cookies.set("casillero_said", quote(json.dumps({"sentence": "Hecho.", "act": act})))
    page = opened(admin, "/perfil")
    assert (page.status, undo_of(page)) == (200, [])
